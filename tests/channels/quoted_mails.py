"""Answers as mail programs write them, made up here: name → (the whole text, what its writer says)."""

_OURS = "> Your parcel is on its way.\n> It comes on Friday."
_PLAIN_OURS = "Your parcel is on its way.\nIt comes on Friday."

TEXTS = {
    "gmail en": (f"Where is it?\n\nOn Mon, Nov 2, 2026 at 3:02 PM The Shop <orders@shop.example> wrote:\n\n{_OURS}\n", "Where is it?"),
    "gmail en, wrapped": (
        f"Where is it?\n\nOn Mon, Nov 2, 2026 at 3:02 PM The Very Long Named Shop of Teapots\n<orders@shop.example> wrote:\n\n{_OURS}\n",
        "Where is it?",
    ),
    "gmail es": (
        f"¿Dónde está?\n\nEl lun, 2 nov 2026 a las 15:02, La Tienda (<orders@shop.example>) escribió:\n\n{_OURS}\n",
        "¿Dónde está?",
    ),
    "gmail fr": (f"Où est-il ?\n\nLe lun. 2 nov. 2026 à 15:02, La Boutique <orders@shop.example> a écrit :\n\n{_OURS}\n", "Où est-il ?"),
    "gmail de": (f"Wo ist es?\n\nAm Mo., 2. Nov. 2026 um 15:02 Uhr schrieb Der Laden <orders@shop.example>:\n\n{_OURS}\n", "Wo ist es?"),
    "gmail de, wrapped": (
        f"Wo ist es?\n\nAm Mo., 2. Nov. 2026 um 15:02 Uhr schrieb Der Laden für Teekannen\n<orders@shop.example>:\n\n{_OURS}\n",
        "Wo ist es?",
    ),
    "gmail it": (f"Dov'è?\n\nIl giorno lun 2 nov 2026 alle ore 15:02 Il Negozio <orders@shop.example> ha scritto:\n\n{_OURS}\n", "Dov'è?"),
    "gmail pt": (f"Onde está?\n\nA Loja <orders@shop.example> escreveu (segunda, 2/11/2026 à(s) 15:02):\n\n{_OURS}\n", "Onde está?"),
    "gmail pt-br": (
        f"Onde está?\n\nEm seg., 2 de nov. de 2026 às 15:02, A Loja <orders@shop.example> escreveu:\n\n{_OURS}\n",
        "Onde está?",
    ),
    "gmail hi": (f"पार्सल कहाँ है?\n\nसोम, 2 नव॰ 2026 को 3:02 pm बजे The Shop <orders@shop.example> ने लिखा:\n\n{_OURS}\n", "पार्सल कहाँ है?"),
    "apple de": (
        f"Wo ist es?\n\nVon meinem iPhone gesendet\n\n> Am 02.11.2026 um 15:02 schrieb Der Laden <orders@shop.example>:\n> \n{_OURS}\n",
        "Wo ist es?",
    ),
    "apple en": (
        f"Thanks, Friday is fine.\n\nSent from my iPhone\n\n> On Nov 2, 2026, at 3:02 PM, The Shop <orders@shop.example> wrote:\n> \n{_OURS}\n",
        "Thanks, Friday is fine.",
    ),
    "apple es": (
        f"Gracias.\n\nEnviado desde mi iPhone\n\n> El 2 nov 2026, a las 15:02, La Tienda <orders@shop.example> escribió:\n> \n{_OURS}\n",
        "Gracias.",
    ),
    "apple fr": (
        f"Merci.\n\nEnvoyé de mon iPhone\n\n> Le 2 nov. 2026 à 15:02, La Boutique <orders@shop.example> a écrit :\n> \n{_OURS}\n",
        "Merci.",
    ),
    "apple it": (
        f"Grazie.\n\nInviato da iPhone\n\n> Il giorno 2 nov 2026, alle ore 15:02, Il Negozio <orders@shop.example> ha scritto:\n> \n{_OURS}\n",
        "Grazie.",
    ),
    "apple pt": (
        f"Obrigada.\n\nEnviado do meu iPhone\n\n> No dia 2 de nov. de 2026, às 15:02, A Loja <orders@shop.example> escreveu:\n> \n{_OURS}\n",
        "Obrigada.",
    ),
    "apple hi": ("धन्यवाद।\n\nमेरे iPhone से भेजा गया\n", "धन्यवाद।"),
    "thunderbird de": (f"Wo ist es?\n\nAm 02.11.26 um 15:02 schrieb Der Laden:\n{_OURS}\n", "Wo ist es?"),
    "thunderbird, below": (f"On 02.11.26 15:02, The Shop wrote:\n{_OURS}\n\nWhere is it?\n", "Where is it?"),
    "in between": (
        "On 02.11.26 15:02, The Shop wrote:\n> Your parcel is on its way.\nGood.\n> It comes on Friday.\nI am away on Friday.\n",
        "Good.\nI am away on Friday.",
    ),
    "outlook en": (
        f"Where is it?\n\n________________________________\nFrom: The Shop <orders@shop.example>\nSent: Monday, November 2, 2026 3:02 PM\nTo: Ana <ana@customer.example>\nSubject: Your parcel\n\n{_PLAIN_OURS}\n",
        "Where is it?",
    ),
    "outlook en, no rule": (
        f"Where is it?\n\nFrom: The Shop <orders@shop.example>\nSent: Monday, November 2, 2026 3:02 PM\nTo: Ana <ana@customer.example>\nSubject: Your parcel\n\n{_PLAIN_OURS}\n",
        "Where is it?",
    ),
    "outlook de": (
        f"Wo ist es?\n\nVon: Der Laden <orders@shop.example>\nGesendet: Montag, 2. November 2026 15:02\nAn: Ana <ana@customer.example>\nBetreff: Ihr Paket\n\n{_PLAIN_OURS}\n",
        "Wo ist es?",
    ),
    "outlook fr": (
        f"Où est-il ?\n\nDe : La Boutique <orders@shop.example>\nEnvoyé : lundi 2 novembre 2026 15:02\nÀ : Ana <ana@customer.example>\nObjet : Votre colis\n\n{_PLAIN_OURS}\n",
        "Où est-il ?",
    ),
    "outlook es": (
        f"¿Dónde está?\n\nDe: La Tienda <orders@shop.example>\nEnviado el: lunes, 2 de noviembre de 2026 15:02\nPara: Ana <ana@customer.example>\nAsunto: Su paquete\n\n{_PLAIN_OURS}\n",
        "¿Dónde está?",
    ),
    "outlook it": (
        f"Dov'è?\n\nDa: Il Negozio <orders@shop.example>\nInviato: lunedì 2 novembre 2026 15:02\nA: Ana <ana@customer.example>\nOggetto: Il pacco\n\n{_PLAIN_OURS}\n",
        "Dov'è?",
    ),
    "outlook pt": (
        f"Onde está?\n\nDe: A Loja <orders@shop.example>\nEnviada em: segunda-feira, 2 de novembro de 2026 15:02\nPara: Ana <ana@customer.example>\nAssunto: A encomenda\n\n{_PLAIN_OURS}\n",
        "Onde está?",
    ),
    "outlook hi": (
        f"पार्सल कहाँ है?\n\nप्रेषक: The Shop <orders@shop.example>\nभेजा गया: 2 नवंबर 2026 15:02\nप्रति: Ana <ana@customer.example>\nविषय: पार्सल\n\n{_PLAIN_OURS}\n",
        "पार्सल कहाँ है?",
    ),
    "outlook bold": (
        f"Where is it?\n\n*From:* The Shop <orders@shop.example>\n*Sent:* Monday, November 2, 2026 3:02 PM\n*To:* Ana\n*Subject:* Your parcel\n\n{_PLAIN_OURS}\n",
        "Where is it?",
    ),
    "original en": (f"Where is it?\n\n-----Original Message-----\nFrom: The Shop\n{_PLAIN_OURS}\n", "Where is it?"),
    "original de": (f"Wo ist es?\n\n-----Ursprüngliche Nachricht-----\nVon: Der Laden\n{_PLAIN_OURS}\n", "Wo ist es?"),
    "original fr": (f"Où est-il ?\n\n-----Message d'origine-----\nDe : La Boutique\n{_PLAIN_OURS}\n", "Où est-il ?"),
    "original es": (f"¿Dónde está?\n\n-----Mensaje original-----\nDe: La Tienda\n{_PLAIN_OURS}\n", "¿Dónde está?"),
    "original it": (f"Dov'è?\n\n-----Messaggio originale-----\nDa: Il Negozio\n{_PLAIN_OURS}\n", "Dov'è?"),
    "original pt": (f"Onde está?\n\n-----Mensagem original-----\nDe: A Loja\n{_PLAIN_OURS}\n", "Onde está?"),
    "signature": ("Where is it?\n\n-- \nAna Ruiz\nCalle Mayor 1\n", "Where is it?"),
    "signature without its blank": ("Where is it?\n\n--\nAna Ruiz\n", "Where is it?"),
    "outlook for ios": ("Where is it?\n\nGet Outlook for iOS\n", "Where is it?"),
    "yahoo phone": (
        f"Where is it?\n\nSent from Yahoo Mail on Android\n\nOn Mon, Nov 2, 2026 at 3:02 PM, The Shop<orders@shop.example> wrote:\n{_PLAIN_OURS}\n",
        "Where is it?",
    ),
    "samsung de": ("Wo ist es?\n\nVon meinem Samsung Galaxy Smartphone gesendet.\n", "Wo ist es?"),
    "forwarded": (
        f"Look at this.\n\n---------- Forwarded message ---------\nFrom: The Shop <orders@shop.example>\n{_PLAIN_OURS}\n",
        "Look at this.",
    ),
    "nothing quoted": ("Where is it?\n\nI wait since Monday.\n\nAna", "Where is it?\n\nI wait since Monday.\n\nAna"),
    "a sentence that begins with On": (
        "On Friday nobody was at home, as I wrote: the bell is broken.\nPlease come again.",
        "On Friday nobody was at home, as I wrote: the bell is broken.\nPlease come again.",
    ),
    "a sentence that begins with From": ("From: my view this is late.\nTo me it is.", "From: my view this is late.\nTo me it is."),
    "a list of dashes": ("It is\n- broken\n- wet\n", "It is\n- broken\n- wet"),
    "crlf": (
        f"Where is it?\r\n\r\nOn Mon, Nov 2, 2026 at 3:02 PM The Shop <orders@shop.example> wrote:\r\n\r\n{_OURS}\r\n",
        "Where is it?",
    ),
    "two of them": (
        "And now?\n\nOn Tue, Nov 3, 2026 at 9:00 AM Ana <ana@customer.example> wrote:\n\n> Where is it?\n>\n> On Mon, Nov 2, 2026 The Shop wrote:\n>> Your parcel.\n",
        "And now?",
    ),
    "empty": ("", ""),
    "only quoted": (f"On Mon, Nov 2, 2026 at 3:02 PM The Shop <orders@shop.example> wrote:\n\n{_OURS}\n", ""),
}

_QUOTED_HTML = "<p>Your parcel is on its way.</p>"
HTML = {
    "gmail": (
        f'<div dir="ltr">Where is it?<br>I am away.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon wrote:</div><blockquote>{_QUOTED_HTML}</blockquote></div>',
        "Where is it?\nI am away.",
    ),
    "outlook": (
        f'<html><head><style>p {{color:red}}</style></head><body><p>Where is it?</p><div id="divRplyFwdMsg"><b>From:</b> The Shop</div>{_QUOTED_HTML}</body></html>',
        "Where is it?",
    ),
    "yahoo": (f'<div>Where is it?</div><div id="x" class="yahoo_quoted">{_QUOTED_HTML}</div>', "Where is it?"),
    "apple": (f'Where is it?<br><blockquote type="cite">{_QUOTED_HTML}</blockquote>', "Where is it?"),
    "by its words": (
        f"<p>Where is it?</p><p>On Mon, Nov 2, 2026 at 3:02 PM The Shop &lt;orders@shop.example&gt; wrote:</p>{_QUOTED_HTML}",
        "Where is it?",
    ),
    "entities": ("<p>&iquest;D&oacute;nde est&aacute;? 5 &lt; 6 &amp; 7&nbsp;&euro;</p>", "¿Dónde está? 5 < 6 & 7 €"),
    "a script": ("<script>alert('x')</script><p>Where is it?</p><style>.x{}</style><!-- hidden > -->", "Where is it?"),
    "a link": ('<p>See <a href="https://x.example/?a=1&amp;b=2" title="a@b.example">my photo</a></p>', "See my photo"),
    "a list": ("<ul><li>broken</li><li>wet</li></ul>", "broken\nwet"),
    "no end": ("Where is it? <b>now <script>alert(1)", "Where is it? now"),
}
