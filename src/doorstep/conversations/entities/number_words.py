"""What a number is called in seven languages → what it is the number of."""

import re
from functools import lru_cache

from doorstep.conversations.entities.folding import word_set
from doorstep.conversations.entities.spelling import Lexicon

ORDER, TRACKING, OTHER, PHONE, CODE, POSTCODE = "order", "tracking", "other", "phone", "code", "postcode"
#: Says that a number follows, not of what: "no", "number", "id".
NUMBER = "number"
#: Stands between a keyword and its number and changes nothing: "is", "the", "called".
BETWEEN = "between"

_TABLE: dict[str, str] = {
    ORDER: (
        "order orders ordr odr oder purchase purchases po ordernumber orderno orderid ordernr "  # en, and as misspelt
        "pedido pedidos compra orden encargo "  # es
        "commande commandes cmd achat "  # fr
        "bestellung bestellungen bestellnummer bestellnr bestell auftrag auftragsnummer auftragsnr kaufnummer "  # de
        "ordine ordini acquisto "  # it
        "encomenda encomendas "  # pt
        "आर्डर ऑर्डर ओर्डर आडर "  # hi
    ),
    TRACKING: (
        "tracking track trackingnumber trackingid awb waybill consignment parcel package shipment "
        "seguimiento rastreo guia envio paquete "
        "suivi colis expedition bordereau "
        "sendungsnummer sendung sendungsnr paketnummer paket sendungsverfolgung trackingnummer "
        "tracciamento spedizione pacco tracking "
        "rastreamento rastreio objeto pacote "
        "ट्रैकिंग पार्सल"
    ),
    OTHER: (
        "invoice invoices bill bills receipt card cards visa mastercard amex account acct ending ends digits ticket case claim model sku item "
        "items product article voucher coupon gift policy customer vat iban serial version utr upi transaction txn bank rma page room flat box postfach apartado casella caixa "
        "house street size points balance reservation booking "
        "factura facturas recibo tarjeta cuenta terminada cliente modelo articulo producto cupon "
        "facture factures carte compte recu client modele article produit bon "
        "rechnung rechnungsnummer rechnungsnr karte konto kundennummer kunden kunde endet endziffern modell artikel artikelnummer gutschein "
        "fattura ricevuta carta conto cliente modello articolo prodotto buono "
        "fatura recibo cartao conta cliente modelo produto cupom cpf cnpj nota "
        "बिल इनवॉइस कार्ड खाता रसीद bil khata"
    ),
    PHONE: (
        "phone mobile mob cell tel telephone call whatsapp contact sms text fax "
        "telefono movil celular llamar "
        "portable appeler "
        "telefon handy handynummer telefonnummer rufnummer anrufen mobilnummer "
        "cellulare telefono chiamare "
        "telefone celular ligar "
        "फोन फ़ोन मोबाइल नंबरफोन phon"
    ),
    CODE: (
        "code otp passcode verification codigo verificacion verifizierungscode bestatigungscode codice verifica verificacao कोड ओटीपी einmalcode"
    ),
    POSTCODE: "zip zipcode postcode postal pincode plz postleitzahl cp cap cep pin",
    NUMBER: (
        "number no nr num nos id ref reference numero numeros n nº n° # referencia referenz riferimento nummer nro nb nbr numbers ids numer "
        "नंबर नम्बर संख्या क्रमांक sankhya"
    ),
    BETWEEN: (
        "is was are its it's my the a an this one called as with of for to s mine here hi it be i have has that says said was placed from "
        "es la el mi de del un mis los con que "
        "est le la ma ma mon mes les une du avec c cest "
        "ist die der das meine mein lautet meiner mit den war ein eine hat "
        "e il lo mio mia sono la con ho "
        "o a os as meu minha do da com eu "
        "है का की मेरा मेरी मेरे hai ka ki mera meri"
    ),
}
#: Where a word stands in two rows, the first named here wins.
_CLASSES = (BETWEEN, NUMBER, POSTCODE, CODE, PHONE, OTHER, TRACKING, ORDER)

#: Word (plain letters) → its class.
KEYWORDS: dict[str, str] = {}
for _class in _CLASSES:
    KEYWORDS.update(dict.fromkeys(_TABLE[_class].split(), _class))

#: Words that are mended: those that say what a number is of.
_SLIPS = (ORDER, TRACKING, OTHER, PHONE)
#: One slip from a keyword, and another word altogether.
_NOT_SLIPS = word_set(
    "older border orders parcels trucking cased cards carte sizes order ordered ordering packing packed phones cold bills "
    "hills placed compare comprar compro articles clients contacts accent amount objects colin consent suite mobil texte "
    "tests fall cell"
)
#: "theorder", "ofpurchase": a space was left out.
_GLUED = re.compile(r"(?:the|of|my|this|your|an|on|for|with|cancel|canceling|cancelling)(?:order|purchase)")


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return Lexicon(word for word, kind in KEYWORDS.items() if kind in _SLIPS)


@lru_cache(maxsize=8192)
def class_of(word: str) -> str | None:
    """Tell what a word (plain letters) says of a number near it: its class, or None; one slip in a long word is forgiven."""
    found = KEYWORDS.get(word)
    if found is not None or word in _NOT_SLIPS:
        return found
    glued = _GLUED.fullmatch(word)
    if glued is not None:
        return ORDER
    near = {KEYWORDS[one] for one in _lexicon().near(word)}
    return near.pop() if len(near) == 1 else None
