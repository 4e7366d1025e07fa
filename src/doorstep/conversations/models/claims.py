"""Words that promise, grant or say that something was done, in the served languages: the table that the lint of models' texts reads.

A model has no tool that does anything, so "I have cancelled it" is untrue whenever no fact says so. Too much is caught rather than too
little: what is refused by mistake costs a turn of a model, and Doorstep's own text is said.
"""

import re
import unicodedata


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(unicodedata.normalize("NFKC", pattern), re.IGNORECASE)


#: The stems of lesser deeds, by language; a verb of them in the first person or in the passive is a claim that it was or will be done.
_DEEDS = {
    "en": r"chang|updat|book|process|issu|arrang|submit|waiv|upgrad|dispatch|ship|sent|send|escalat|delet|extend|correct|add|remov",
    "es": r"cambi|actualiz|gestion|tramit|enviad|enviar|modific|añadi|elimin|corregi",
    "fr": r"chang|modifi|mis à jour|mettr|trait|envoy|ajout|supprim|corrig",
    "de": r"geändert|ändern|aktualisi|bearbeit|verschick|veranlass|versandt|versend|gelöscht|hinzugefüg|korrigi",
    "it": r"cambia|modific|aggiorn|elabor|spedi|inviat|aggiun|elimina|corret",
    "pt": r"alter|atualiz|process|enviad|enviar|modific|adicion|elimin|corrigi",
}
#: What stands before a stem so that it is a deed of ours.
_BY_US = {
    "en": r"\b(?:(?:i|we)(?:['\u2019](?:ve|ll|m|re|d)| have| has| will| shall| am| are| can| could| did| just)*(?: (?:now|just|already|also|gladly|happily|successfully|been|be|going to|gone ahead and))*"
    r"|(?:has|have|had|was|were|is|are|will|shall|be|being|been|got|gets?)(?: (?:now|just|already|also|been|be|being|successfully|fully|completely|automatically))*) ",
    "es": r"\b(?:(?:hemos|he|ha|han|vamos a|voy a|fue|fueron|será|serán|está|están|queda|se ha|se han|podemos|puedo)(?: (?:sido|ya|siendo))*) ",
    "fr": r"\b(?:(?:j['\u2019]ai|nous avons|on a|nous allons|je vais|a|ont|est|sont|sera|seront|nous pouvons|je peux)(?: (?:été|bien|déjà|vous))*) ",
    "de": r"\b(?:(?:ich habe|wir haben|habe|haben|wurde|wurden|wird|werden|ist|sind|kann ich|können wir|ich kann|wir können)(?: [\wäöüß]+){0,4}?) ",
    "it": r"\b(?:(?:ho|abbiamo|è|sono|sarà|saranno|è stat[oa]|sono stat[ie]|stiamo per|possiamo|posso)(?: (?:stat[oaie]|già|appena))*) ",
    "pt": r"\b(?:(?:tenho|temos|foi|foram|será|serão|está|estão|vou|vamos|posso|podemos|já)(?: (?:sido|já))*) ",
}
#: In languages where the deed may come first or end in the person.
_OTHER_DEEDS = (
    r"(?:cambi|actualiz|envi|modifiqu)(?:é|amos|aré|aremos|aste)\b",
    r"(?:chang|modifi|envoi|envoy)(?:erai|erons|ons)\b",
    r"(?:cambi|modific|aggiorn|invi)(?:erò|eremo|iamo)\b",
    r"(?:alter|atualiz|envi)(?:ei|amos|arei|aremos)\b",
    r"(?:बदल|अपडेट|भेज)[^।.!?]{0,20}(?:दिया|दी|गया|गई|गयी|चुक|दूंगा|देंगे|जाएगा|जाएगी)",
)
#: Stems, over all languages, of the deeds that move money or undo an order.
_GRAVE = {
    "cancel": r"cancel|annull?|anul|storn",
    "refund": r"refund|reimburs|compensat|repa|reembols|rembours|(?:rück)?erstatt|rimbors|estorn|dev(?:ol|uel)|restitu",
    "replace": r"replac|ersetz|reempla[zc]|sustitu|remplac|sostitu|substitu",
    "credit": r"credit|crédit|accredit|gutgeschrieb|gutschreib|abon",
    "approve": r"approv|accept|grant|aprob|approuv|genehmig|aprov|bewillig",
    "reroute": r"reschedul|redirect|rerout|reprogram|redirig|umgeleit|umgebuch|reindirizz|redirecion|reagend",
}
#: Endings of what was done, and of what we do or will do, in the languages that say so by the ending.
_ENDINGS = r"(?:l?ed|id|iert|et|t|en|ée?s?|ad[oa]s?|[ií]d[oa]s?|t[oa]s?|at[oaie]|it[oaie]|amos|emos|imos|iamo|[ae]remos?|iremos?|aré|eré|erò|arei|erei|é|ei|ò|e?ons|erons|erai)"
_US = r"\b(?:i|we|ich|wir|je|j['\u2019]|nous|on|io|noi|eu|nós|yo|nosotros)\b"
#: Words that grant or promise, whoever says them; label → pattern over all languages.
_WORDS = {
    # What moves money or undoes an order: the word alone is a claim, in whatever form.
    "cancel": r"\bcancel\w*|\bannul\w*|\banul\w*|\bstorn(?:o|ier)\w*|\bkündig\w*|रद्द",
    "refund": r"\brefund\w*|\breimburs\w*|\bmoney back|\bpa(?:y|id|ying)(?: you| it| that)? back|\brepa(?:y|id)\w*|\breembols\w*|\breintegr\w*|\bdev(?:o|ue)l\w* (?:el|o|su|seu|tu) (?:dinero|dinheiro|importe|valor)|\b(?:le|te|les|os) dev(?:o|ue)l\w*|\brembours\w*|\b(?:rück)?erstatt\w*|\bgeld\b.{0,20}\bzurück|\brimbors\w*|\bestorn\w*|रिफंड|(?:पैस|राशि)\S* वापस",
    "replace": r"\breplac\w*|\bnew one\b|\bersatz\w*|\bersetz\w*|\breempla\w*|\bsustitu\w*|\bremplac\w*|\bsostitu\w*|\bsubstitu\w*",
    "credit": r"\bcredit\w*|\bgutschr\w*|\bgutgeschr\w*|\baccredit\w*|\bcrédit\w*|\babon(?:o|ar|amos|aremos|ado)\b|\bowed?\b",
    "approve": r"\bapprov\w*|\baccepted\b|\bgranted\b|\baprob\w*|\bapprouv\w*|\bgenehmig\w*|\baprov\w*|मंज़ूर|मंजूर",
    "reroute": r"\breschedul\w*|\bredirect\w*|\brerout\w*|\breprogram\w*|\bredirig\w*|\bumgeleit\w*|\bumgebuch\w*|\breindirizz\w*|\bredirecion\w*|\breagend\w*",
    "guarantee": r"\bguarant\w*|\bgarant[iíi]\w*|\bgarantie\w*|\bgarantir\w*|गारंटी",
    "promise": r"\bpromis\w*|\bprometo|\bprometemos|\bpromet\w*|\bpromett\w*|\bversprech\w*|\bversproch\w*|\bzusich\w*|\bassured?\b|\bi assure|\bmake sure|\bensure\w*|\bsee to it|\bagree to|\bles? aseguro|\bwir versichern|वादा|\bdefinitely\b|\bfor sure\b|\bcertainly (?:will|arrive)|\bsans faute|\bsin falta|\bauf jeden fall",
    "free": r"\bfree of charge|\bfor free\b|\bfree (?:shipping|delivery|return\w*|replacement|gift|upgrade|item)|\bfor nothing|\bat no (?:extra )?(?:cost|charge)|\bcomplimentary|\bgrati[st]\w*|\bgratuit\w*|\bkostenlos\w*|\bkostenfrei\w*|\bsin (?:coste|costo|cargo)|\bsans frais|\bsenza costi|\bsem custo|\bmuft\b|मुफ़्त|मुफ्त|निःशुल्क",
    "compensation": r"\bcompensat\w*|\bgoodwill|\bcompensa\w*|\bindemni\w*|\bdédommag\w*|\bentschädig\w*|\brisarci\w*|\bindenni\w*|मुआवज",
    "discount": r"\bdiscount\w*|\bvoucher\w*|\bcoupons?\b|\bpromo(?:tion)? codes?|\bstore credit|\bgift cards?|\bdescuento\w*|\bcupón|\bcupones|\bvales?\b|\bremises?\b|\bréductions?\b|\bbons? d['\u2019]achat|\brabatt\w*|\bgutschein\w*|\bsconto|\bsconti|\bbuono|\bbuoni\b|\bdescontos?|\bcupom|\bcupons|छूट|कूपन|\bhalf[- ]price|\bhalf off|\bmoitié prix|\bmitad de precio|\bhalber preis|\bmetà prezzo|\bmetade do preço",
    "soon": r"\bnext week|\bthis week|\bweekend|\b(?:a few|a couple of|several|some) (?:more )?(?:days|hours|minutes|weeks)|\bwithin (?:the hour|hours|days)|\bany (?:minute|moment)|\bshortly\b|\b(?:very |really )?soon\b|\bla próxima semana|\besta semana|\bpronto\b|\bla semaine prochaine|\bcette semaine|\bbientôt|\bsous peu|\bnächste woche|\bdiese woche|\bin kürze|\bwochenende|\bla prossima settimana|\bquesta settimana|\ba breve\b|\bna próxima semana|\besta semana|\bem breve|अगले हफ्ते|जल्द",
    "entitled": r"\b(?:entitled|eligible) (?:to|for)|\byou(?:['\u2019]ll| will) (?:get|receive)|\btiene(?:s)? derecho|\brecibirá\w*|\bvous (?:avez droit|recevrez)|\bsie (?:haben anspruch|erhalten|bekommen)|\bha diritto|\briceverà|\btem direito|\breceberá",
}
_FOUND = {label: _compiled(pattern) for label, pattern in _WORDS.items()}
_DEED = [_compiled(f"{_BY_US[language]}[\\w ]{{0,24}}?\\b(?P<deed>{stems})\\w*") for language, stems in _DEEDS.items()]
_DONE = {
    group: _compiled(
        rf"\b(?:{stems}){_ENDINGS}\b|{_US}[^,.;:!?]{{0,40}}\b(?:{stems})\w*" + (r"|रद्द (?:कर|हो)" if group == "cancel" else "")
    )
    for group, stems in _GRAVE.items()
}
_DONE["refund"] = _compiled(_DONE["refund"].pattern + r"|(?:रिफंड|वापस)[^।.!?]{0,12}(?:कर|हो|दे|मिल)|\bgeld\b.{0,20}\bzurück|\bpaid back\b")
_DEED += [_compiled(f"(?P<deed>{pattern})") for pattern in _OTHER_DEEDS]
_STEM = 5
#: Begins the label of what is said to be done or promised to be; "cancel" alone is only a word that fell.
DEED = "deed:"
_CLAUSE = re.compile(r"[,;:.!?\u0964\u2013\u2014\n]+")
_NOT = _compiled(
    r"\b(?:no|not|cannot|never|none|nothing|without|nicht|kein\w*|nie|ohne|pas|aucun\w*|jamais|sans|ning[uú]n\w*|nunca|sin|non|nessun\w*|mai|senza"
    r"|não|nenhum\w*|sem|nem)\b|n['\u2019]t\b|नहीं|मत|बिना"
)
#: A no that denies nothing.
_NO_MATTER = _compiled(
    r"\bno (?:problem|worries|doubt)|\bnot to worry|\bwithout (?:any )?doubt|\bkein(?:e sorge| problem| zweifel)|\bpas de (?:problème|souci)"
    r"|\bsans doute|\bsin (?:problema|duda)|\bno (?:te|se) preocupe\w*|\bnessun problema|\bsenza (?:problemi|dubbio)|\bsem (?:problema|dúvida)"
)


def claims_in(text: str) -> frozenset[str]:
    """Name what a text promises, grants or says was done: labels, the same however it is worded; "deed:updat" and the like.

    What a clause denies has another label, "no refund": a sentence that there is none bears out no refund, nor the other way round.
    """
    return frozenset(label for clause in _CLAUSE.split(_NO_MATTER.sub(" ", text)) for label in _claims(clause))


def _claims(clause: str) -> set[str]:
    labels = {label for label, pattern in _FOUND.items() if pattern.search(clause)}
    labels |= {f"{DEED}{found['deed'].casefold()[:_STEM]}" for pattern in _DEED for found in pattern.finditer(clause)}
    labels |= {f"{DEED}{group}" for group, pattern in _DONE.items() if pattern.search(clause)}
    return {f"no {label}" for label in labels} if labels and _NOT.search(clause) else labels
