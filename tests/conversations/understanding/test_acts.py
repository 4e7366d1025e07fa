"""What an utterance does in the talk: a yes must be a yes, in every language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.understanding.acts import acts_in, is_bare_no, is_bare_yes
from doorstep.conversations.understanding.seeds import seeds
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.intents import Act

_YES = {
    "en": "yes|Yes.|yep go ahead|YES!!|ok|okay|sure|sure thing|go ahead|do it|please do|yes please|Yes, that is correct.|that's right|sounds good|confirm|i confirm|y|yeah sure|of course|👍|✅|👍🏽|ok 👍|yes thank you|proceed|absolutely",
    "es": "sí|si|Sí, hazlo|claro|claro que sí|vale|de acuerdo|sí por favor|confirmo|adelante|dale|correcto|sí, gracias|está bien",
    "fr": "oui|oui d'accord|oui, allez-y|d\u2019accord|bien sûr|je confirme|c'est bon|oui merci|tout à fait|vas-y|c'est ça|ouais|oui s'il vous plaît",
    "de": "ja|ja bitte|Ja, machen Sie das|genau|klar|gerne|einverstanden|in Ordnung|passt|ja gerne|richtig|ich bestätige|na klar",
    "it": "sì|Sì, procedi|va bene|certo|confermo|d'accordo|esatto|ok|sì grazie|faccia pure|vai|giusto",
    "pt": "sim|sim pode fazer|claro|pode|isso mesmo|confirmo|com certeza|tá bom|sim, por favor|certo|pode confirmar",
    "hi": "haan|haan kar do|han ji|theek hai|ji haan|bilkul|हाँ|हाँ कर दो|जी हाँ|ठीक है|कर दीजिए|ha kar do|sahi hai",
}
_NO_YES = {
    "en": "yesterday|yes?|ok?|should I say yes?|Should I confirm|yes but change the colour|no problem|I have no yes|yeah right|yes or no|if yes|ok so where is my order|yes and no|not ok|not sure|maybe yes|no|yes if it is free|yes, no wait|thanks|great|when|yes 👎|👎|cancel|I guess so|haha|ha ha|fine, whatever|yes i have a question|why not|you said yes|yes no|no yes|yes unless it costs|don't do it|yes yes but not today|yes man|oh ok|i am good now|🙏|",
    "es": "sí pero cambia el color|si no|si llega mañana|¿sí?|no|ayer|creo que sí|si me devuelven el dinero sí|tal vez|gracias|sí o no|no sé|ja ja",
    "fr": "oui ou non|oui mais en bleu|non|peut-être|oui si c'est gratuit|si c'est possible|oui ?|je ne sais pas|pas d'accord|merci|hier",
    "de": "ja oder nein|ja aber nicht heute|naja|nein|jein|vielleicht|ja?|wenn ja|Januar|ja, wenn es nichts kostet|nicht einverstanden|danke",
    "it": "sì ma in blu|no|forse|se sì|sì?|sì o no|non va bene|non confermo|grazie|ieri",
    "pt": "sim mas em azul|não|talvez|se sim|sim?|sim ou não|não pode|acho que sim|obrigado|ontem",
    "hi": "namaste ji|thank you ji|धन्यवाद जी|nahi|haan lekin rang badlo|haan ya nahi|shayad|agar haan|kya haan|haan?|नहीं|हाँ लेकिन|शायद|theek nahi hai",
}
_NO = {
    "en": "no|nope|No thanks|no thank you|nah|not now|don't do it|please don't|no way|that's wrong|👎|no, sorry|never|i don't want that",
    "es": "no|no gracias|mejor no|no lo hagas|todavía no|no quiero",
    "fr": "non|non merci|pas maintenant|surtout pas|pas d'accord|nan",
    "de": "nein|nein danke|lieber nicht|nee|das stimmt nicht|auf keinen Fall",
    "it": "no|no grazie|non voglio|meglio di no|non ora",
    "pt": "não|nao|não obrigado|melhor não|não quero",
    "hi": "nahi|nahi chahiye|mat karo|नहीं|मत करो|rehne do",
}
_NOT_NO = {
    "en": "no problem|no idea|no order number|nobody was home|not received|now|no tracking number came|I have no invoice|no one answers|yes",
    "es": "no he recibido mi pedido|no la he recibido|no funciona|no sé|sí",
    "fr": "nonante|pas reçu|je n'ai pas reçu mon colis|oui",
    "de": "neu|nicht angekommen|noch nicht da|ja",
    "it": "non ho ricevuto il pacco|non funziona|novità|sì",
    "pt": "não recebi meu pedido|não funciona|sim",
    "hi": "order nahi aaya|abhi tak nahi mila|हाँ|naya order",
}

_DOES = {
    Act.CORRECTION: "no wait, I meant the blue one|not the red, the blue|actually I want two|scratch that|sorry I meant Monday|no, the blue one|yes but make it large|change that to red|wrong one|not that one|the other one|hold on|es:perdón, quise decir el azul|es:no, el azul|es:me equivoqué|fr:non, le bleu|fr:je voulais dire le bleu|fr:oui mais en bleu|de:nein, die blaue|de:ich meinte die blaue|de:nicht die rote, die blaue|it:no, il blu|it:volevo dire il blu|pt:não, o azul|pt:quis dizer azul|hi:nahi, wo neela wala|hi:mera matlab neela",
    Act.DROP: "never mind|nevermind|nvm|forget it|forget about it|drop it|leave it|skip that|don't bother|oh never mind then|cancel that|es:olvídalo|es:déjalo|es:déjalo así|fr:laisse tomber|fr:laissez tomber|fr:oubliez|fr:tant pis|de:vergiss es|de:hat sich erledigt|de:lassen Sie es|it:lascia stare|it:lascia perdere|pt:deixa pra lá|pt:esquece|hi:rehne do|hi:chhodo|hi:छोड़ो",
    Act.ANY: "any|either|whichever|whatever you like|any of them|it doesn't matter|i don't care|no preference|up to you|you choose|either one is fine|es:cualquiera|es:no importa|es:me da igual|fr:n'importe lequel|fr:peu importe|fr:comme vous voulez|de:egal welche|de:ist mir egal|de:egal|it:è uguale|it:qualsiasi|pt:tanto faz|pt:qualquer um|hi:koi bhi|hi:कोई भी|hi:kuch bhi",
    Act.ALL: "all|all of them|everything|both|all of it|the whole order|everything please|i want to return all of them|cancel everything|every single one|both of them please|es:todo|es:todos|es:los dos|fr:tout|fr:les deux|fr:toute la commande|de:alles|de:alle|de:beide|it:tutto|it:entrambi|pt:tudo|pt:os dois|hi:sab|hi:dono|hi:सब कुछ",
    Act.REPEAT: "what?|huh?|what|i don't understand|say that again|can you repeat that|pardon?|come again?|what do you mean|I didn't get that|that makes no sense|es:¿qué?|es:no entiendo|es:¿puedes repetir?|fr:quoi ?|fr:je ne comprends pas|fr:pouvez-vous répéter|de:was?|de:wie bitte?|de:verstehe ich nicht|it:cosa?|it:non ho capito|pt:como assim?|pt:não entendi|hi:samajh nahi aaya|hi:क्या?|hi:fir se bolo",
    Act.UNKNOWN: "i don't know|idk|no idea|not sure|I don't have it|don't remember|i can't find it|I lost it|i dont have an order number|i don't know my order number|no clue|es:no sé|es:no lo tengo|es:ni idea|es:no tengo el número|fr:je ne sais pas|fr:aucune idée|fr:je n'ai pas le numéro|de:weiß ich nicht|de:keine Ahnung|de:habe ich nicht|it:non lo so|it:non ce l'ho|pt:não sei|pt:não tenho|hi:pata nahi|hi:पता नहीं",
    Act.THANKS: "thanks|thank you so much|thx|ok thanks|cheers|great, thank you|ty|much appreciated|thanks a lot for the help|🙏|perfect thanks|es:gracias|es:muchas gracias|es:muy amable|fr:merci|fr:merci beaucoup|fr:ok merci|de:danke|de:vielen Dank|de:super, danke|it:grazie|it:grazie mille|pt:obrigado|pt:valeu|hi:shukriya|hi:धन्यवाद|hi:dhanyawad ji",
    Act.ANGER: "this is ridiculous|unacceptable|worst service ever|WHERE IS MY ORDER I WANT IT NOW|where is it!!!|you people are useless|I'm sick of this|are you kidding me|scammers|where is my fucking order|I will sue you|es:esto es una vergüenza|es:estafadores|es:estoy harto|fr:c'est inadmissible|fr:arnaque|fr:vous êtes nuls|de:das ist eine Frechheit|de:Betrüger|de:mir reicht es|it:vergogna|it:siete dei ladri|pt:isso é um absurdo|pt:palhaçada|hi:bakwas service hai|hi:घटिया सर्विस|hi:dhokha hai",
    Act.HUMAN: "agent|agent please|human|let me talk to a real person|speak to someone|I want to talk to a manager|connect me to an agent|real person please|representative|no bots|can I speak to a human|es:agente|es:quiero hablar con una persona|es:humano|fr:un conseiller|fr:je veux parler à quelqu'un|fr:humain|de:Mitarbeiter bitte|de:ich möchte mit einem Menschen sprechen|de:echter Mensch|it:operatore|it:voglio parlare con una persona|pt:atendente|pt:quero falar com alguém|hi:agent se baat karni hai|hi:किसी से बात कराओ|hi:insaan se baat",
    Act.ABUSE: "fuck you|you idiots|stupid bot|shit|bullshit|you are all morons|fuck off|what an asshole|you suck|es:hijos de puta|es:gilipollas|es:idiota|es:sois imbéciles|fr:connard|fr:va te faire enculé|fr:bande de cons|fr:merde|de:Arschloch|de:ihr Idioten|de:leck mich am Arsch du Idiot|it:stronzi|it:vaffanculo|it:siete idioti|pt:vai se foder|pt:seus idiotas|hi:chutiya|hi:साले कमीने",
}
_DOES_NOT = {
    Act.CORRECTION: "where is my order|no|yes|I want to change my address|not received yet|no thanks|the blue one|two please|I ordered the red one|my order is late|es:no la he recibido|es:no funciona|fr:non merci|fr:je n'ai rien reçu|de:nein|de:noch nicht da|it:non ho ricevuto nulla|it:no grazie|pt:não recebi|pt:não|hi:nahi|hi:order nahi aaya|hello|thanks|when will it come",
    Act.DROP: "leave it at the door|leave it with my neighbour|cancel my order|stop|I forgot my password|forget me|what happened|no|drop off my parcel|skip to the next day please for my delivery|es:déjalo con el vecino|es:cancelar mi pedido|fr:laissez-le devant la porte|fr:annuler ma commande|de:bestellung stornieren|de:lass es beim Nachbarn|it:lascialo dal vicino|it:annulla il mio ordine|pt:deixa na portaria|pt:cancelar meu pedido|hi:darwaze par chhod|hi:order cancel karo|thanks|yes|where is it",
    Act.ANY: "any update?|any news on my order|is there any discount|do you have any stores|whatever happened to my parcel|either it comes or I cancel|is anyone there|anything new|any offers|when|es:no importa si llega tarde pero avisen|es:hay alguna novedad|es:cualquier problema avisen|fr:y a-t-il une promo|fr:égalité|de:irgendwo steckt mein Paket|de:gibt es einen Rabatt|it:c'è qualche sconto|it:una novità|pt:alguma novidade|pt:tem algum desconto|hi:koi offer hai|hi:koi hai|yes|no",
    Act.ALL: "that's all|all good|everything was in the box except the lid|is that all you can do|call me|small|I checked everything and it's not here|not at all|all right|always late|es:todo bien|es:eso es todo|es:todavía no|fr:c'est tout|fr:tout à fait|fr:tout va bien|de:das war alles|de:alles klar|de:allein|it:è tutto|it:tutto bene|pt:é só isso, tudo certo por aqui|pt:tudo bem|hi:sab theek hai|hi:sabse sasta kaun sa hai",
    Act.REPEAT: "what is my order status|what time will it come|I didn't get my order|what's the price|what size|the charge was repeated|what can you do|I understand|again late|how much|es:qué precio tiene|es:cómo puedo pagar|fr:quoi de neuf|fr:comment payer|fr:quelle taille|de:was kostet das|de:wie kann ich bezahlen|it:cosa contiene|it:come pago|pt:como pago|pt:o que vem na caixa|hi:kya price hai|hi:kya offer hai|yes|no",
    Act.UNKNOWN: "I don't know where my parcel is and I am worried|I know|my order number is 48213|not received|do you have it|I have it|no|I lost my parcel in the move, do you have tracking|I don't have time for this|the driver did not find the house|es:no sé dónde está mi paquete|es:no llegó|es:lo tengo|fr:je sais|fr:j'ai le numéro|fr:je n'ai pas reçu mon colis|de:ich weiß|de:ich habe die Nummer|it:lo so|it:ce l'ho|pt:eu sei|pt:tenho|hi:mujhe pata hai|hi:hai mere paas|yes",
    Act.THANKS: "no thanks|no|where is my order|than|I think so|yes|ok|thirty|type|the tyre is flat|tysons order|es:no gracias|es:hola|es:grande|fr:non merci|fr:bonjour|fr:mercredi|de:nein danke|de:hallo|de:Gedanken|it:no grazie|it:ciao|pt:não obrigado|pt:oi|hi:namaste|hi:haan|when",
    Act.ANGER: "where is my order|my order is late|I want a refund|tell me a joke|it is broken|UPS|OK|DHL or UPS|hello!|thanks!!|please hurry|es:dónde está mi pedido|es:llegó roto|fr:raconte-moi une blague|fr:mon colis est en retard|fr:bonjour !|de:wo ist mein Paket|de:erzähl einen Witz|de:kaputt|it:dov'è il mio ordine|it:è rotto|pt:onde está meu pedido|pt:chegou quebrado|hi:order kab aayega|hi:mera order kahan hai",
    Act.HUMAN: "are you a human|are you a real person|is this a bot|customs agent wants a paper from me|a person signed for my parcel|give it to the person at the desk|where is my order|personal data|the delivery person was nice|i am human too|es:eres humano|es:entregaron a otra persona|es:para dos personas|fr:êtes-vous humain|fr:personne n'est venu|fr:c'est pour une personne âgée|de:bist du ein Mensch|de:niemand war da|it:sei umano|it:lo ha preso una persona|pt:você é humano|pt:outra pessoa recebeu|hi:aap insaan ho kya|hi:kisi ne nahi diya|yes",
    Act.ABUSE: "where is my fucking order|this is shit and I want a refund|you idiots lost my parcel|my order is late|hello|yes|no|I am stupid, I typed the wrong address|the dumbbell is missing|are you stupid or will you send it|es:dónde está mi puto pedido|es:hola|es:esto es una mierda de servicio y quiero mi dinero|fr:où est mon putain de colis|fr:bonjour|fr:console|de:wo ist mein verdammtes Paket|de:hallo|it:dov'è il mio cazzo di pacco|it:ciao|pt:cadê a merda do meu pedido|pt:oi|hi:mera order kahan hai saale|hi:namaste|thanks",
}


def _said(table):
    return [(text, language) for language, texts in table.items() for text in texts.split("|")]


def _marked(table):
    for act, texts in table.items():
        for one in texts.split("|"):
            language, mark, rest = one.partition(":")
            yield (rest, language, act) if mark and language in LANGUAGES else (one, "en", act)


@pytest.mark.parametrize(("text", "language"), _said(_YES))
def test_an_assent_and_nothing_else_is_a_bare_yes(text, language):
    assert is_bare_yes(text, language)
    assert Act.YES in acts_in(text, language)
    assert not is_bare_no(text, language)


@pytest.mark.parametrize(("text", "language"), _said(_NO_YES))
def test_what_doubts_asks_denies_or_adds_is_no_bare_yes(text, language):
    assert not is_bare_yes(text, language)


@pytest.mark.parametrize(("text", "language"), [one for one in _said(_NO_YES) if one[0] not in {"ja ja", "ha ha"}])
def test_nor_is_it_one_where_the_language_is_not_known(text, language):
    assert not is_bare_yes(text)


@pytest.mark.parametrize(("text", "language"), _said(_NO))
def test_a_refusal_and_nothing_else_is_a_bare_no(text, language):
    assert is_bare_no(text, language)
    assert Act.NO in acts_in(text, language)
    assert not is_bare_yes(text, language)


@pytest.mark.parametrize(("text", "language"), _said(_NOT_NO))
def test_a_negation_of_something_else_is_no_refusal(text, language):
    assert not is_bare_no(text, language)
    assert Act.NO not in acts_in(text, language)


@pytest.mark.parametrize(("text", "language", "act"), list(_marked(_DOES)))
def test_an_utterance_does_what_it_does(text, language, act):
    assert act in acts_in(text, language)


@pytest.mark.parametrize(("text", "language", "act"), list(_marked(_DOES_NOT)))
def test_an_utterance_does_not_what_it_only_resembles(text, language, act):
    assert act not in acts_in(text, language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes but change the colour", {Act.YES, Act.CORRECTION}),
        ("Yes please. When will it arrive?", {Act.YES}),
        ("yes cancel it", {Act.YES}),
        ("no, the blue one", {Act.NO, Act.CORRECTION}),
        ("yes, no wait", {Act.CORRECTION}),
        ("yes if it is free", set()),
        ("yes or no?", set()),
        ("ok thanks", {Act.YES, Act.THANKS}),
        ("no thanks, never mind", {Act.NO, Act.DROP}),
        ("", set()),
    ],
)
def test_acts_come_together_or_take_each_other_back(text, expected):
    assert acts_in(text, "en") - {Act.THANKS} == expected - {Act.THANKS}


def test_no_seed_but_small_talk_is_a_bare_yes():
    wants = [seed for seed in seeds() if not seed.intent.value.startswith("talk.")]
    assert [seed.text for seed in wants[::7] if is_bare_yes(seed.text, seed.language) or is_bare_yes(seed.text)] == []


@given(st.sampled_from(_said(_YES)), st.sampled_from(["?", " or no", " if it is free", " but not today", ", no", " unless it costs money"]))
def test_a_yes_that_is_asked_or_bound_to_something_is_none(said, tail):
    assert not is_bare_yes(said[0] + tail, said[1])
    assert not is_bare_yes(said[0] + tail)


@given(st.sampled_from(_said(_YES)), st.sampled_from(["should I say ", "do you mean ", "not ", "I never said ", "if I say ", "don't "]))
def test_a_yes_that_is_spoken_of_is_none(said, head):
    assert Act.YES not in acts_in(head + said[0] + "?", said[1])
    assert not is_bare_yes(head + said[0], said[1])


@given(st.text(max_size=60), st.sampled_from(("", *LANGUAGES, "xx")))
def test_any_text_can_be_read_and_is_never_yes_and_no(text, language):
    acts_in(text, language)
    assert not (is_bare_yes(text, language) and is_bare_no(text, language))
