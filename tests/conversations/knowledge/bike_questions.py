"""Another shop of our own invention, and questions to it: what thresholds are chosen by, so that the demo's questions stay unseen."""

FAQ = """
# Delivery of bicycles

## When will my bike be delivered?

We build every bicycle to order. It takes ten working days to build it and two more days to bring it. The driver calls you the day before.

## Delivery charges

Delivery of a bicycle costs 39 €. Parts and clothing are delivered for 5 €, and for nothing from 80 €.

## Countries

We deliver to Austria, Switzerland, Liechtenstein and the south of Germany.

## Collecting it yourself

You may collect your bike in our workshop in Bregenz; we keep it for three weeks.

## Assembly

Your bike arrives ready to ride. You only put in the pedals and turn the handlebar straight; the tools are in the box.

# Payment

## Ways to pay

You can pay by credit card, by invoice within 14 days, or by bank transfer.

## Leasing through your employer

We work with JobRad and Bikeleasing. Your employer signs the contract; you choose the bike with us.

## Vouchers

Vouchers can be bought from 20 € and are valid for ten years.

# Returns

## Cancelling an order

You may cancel an order free of charge until we begin to build. After that we charge 10 % of the price.

## Sending goods back

Clothing and parts may be sent back within 14 days. Bicycles that were ridden more than 10 km are not taken back.

## Refunds

Once your return is here, we pay the money back within a week by the way in which you paid.

## Guarantee

Frames have a guarantee of ten years, motors and batteries of two years.

## Damage in transit

If the box is damaged, let the driver note it and send us photos within three days.

# Service

## Opening hours

The workshop is open from Tuesday to Friday from 9 to 18 and on Saturday from 9 to 13.

## Contact

Call us on +43 5574 000 000 or write to service@radwerk.example.

## Where we are

You find us at Seestraße 12 in Bregenz, five minutes from the station.

## Inspection

The first inspection after 300 km is free. Every further one costs 69 € and takes two days.

# About bikes

## Frame sizes

S fits riders from 158 to 168 cm, M from 168 to 178 cm, L from 178 to 190 cm.

## Range of the e-bike

With a full battery the e-bike rides 70 to 120 km, depending on hills and wind.

## Charging the battery

A full charge takes four and a half hours. Charge it at room temperature and store it half full in winter.

## Which lights are fitted?

All city bikes have lights with a hub dynamo that may be used on public roads. Mountain bikes come without lights.

## Weight limit

Rider, luggage and bike together may weigh 130 kg.
"""
ANSWERABLE: tuple[tuple[str, str, str], ...] = (
    ("en", "how long does it take till I get the bike", "When will my bike be delivered?"),
    ("en", "shipping fee?", "Delivery charges"),
    ("en", "do you ship to zurich", "Countries"),
    ("en", "do I have to put the bike together myself", "Assembly"),
    ("en", "can I pay with visa", "Ways to pay"),
    ("en", "I want to cancel my order, does it cost anything", "Cancelling an order"),
    ("en", "can I return the jacket", "Sending goods back"),
    ("en", "how long is the warranty on the battery", "Guarantee"),
    ("en", "are you open on mondays", "Opening hours"),
    ("en", "what's your phone number", "Contact"),
    ("en", "i'm 1.75 tall which size do i need", "Frame sizes"),
    ("en", "how far can the ebike go", "Range of the e-bike"),
    ("en", "gift voucher expiry", "Vouchers"),
    ("es", "¿Cuándo me devuelven el dinero?", "Refunds"),
    ("es", "¿Cuánto cuesta la entrega?", "Delivery charges"),
    ("es", "¿Dónde estáis?", "Where we are"),
    ("es", "¿Cuánto tarda en cargarse la batería?", "Charging the battery"),
    ("es", "¿A qué hora abrís?", "Opening hours"),
    ("fr", "Comment puis-je vous joindre ?", "Contact"),
    ("fr", "Puis-je payer sur facture ?", "Ways to pay"),
    ("fr", "Livrez-vous en France ou en Suisse ?", "Countries"),
    ("fr", "Le vélo est arrivé abîmé, que faire ?", "Damage in transit"),
    ("de", "Wie hoch sind die Versandkosten?", "Delivery charges"),
    ("de", "Kann ich das Rad selbst abholen?", "Collecting it yourself"),
    ("de", "Wie schwer darf ich sein?", "Weight limit"),
    ("de", "Was kostet eine Inspektion?", "Inspection"),
    ("de", "Kann ich über meinen Arbeitgeber leasen?", "Leasing through your employer"),
    ("it", "Quali metodi di pagamento accettate?", "Ways to pay"),
    ("it", "Quanto dura la garanzia del telaio?", "Guarantee"),
    ("it", "Come posso annullare l'ordine?", "Cancelling an order"),
    ("pt", "Qual é o prazo de entrega?", "When will my bike be delivered?"),
    ("pt", "Posso devolver a bicicleta?", "Sending goods back"),
    ("pt", "Qual tamanho de quadro devo escolher?", "Frame sizes"),
    ("hi", "पेमेंट कैसे कर सकते हैं?", "Ways to pay"),
    ("hi", "वारंटी कितने साल की है?", "Guarantee"),
)
UNANSWERABLE: tuple[tuple[str, str], ...] = (
    ("en", "do you sell helmets for kids"),
    ("en", "is there a referral program"),
    ("en", "what colour options are there"),
    ("en", "do you have any jobs"),
    ("en", "can I insure my bike against theft"),
    ("en", "which tyre pressure should I use"),
    ("en", "how do I reset my password"),
    ("en", "what is the meaning of life"),
    ("en", "who won the world cup"),
    ("en", "I want to talk about my dog"),
    ("en", "can I test ride a bike"),
    ("en", "do you use recycled packaging"),
    ("es", "¿Tenéis bicicletas de segunda mano?"),
    ("es", "¿Puedo cambiar el correo de mi cuenta?"),
    ("es", "Recomiéndame una ruta por los Alpes"),
    ("es", "¿Qué tal estás hoy?"),
    ("fr", "Vendez-vous des trottinettes ?"),
    ("fr", "Comment supprimer mon compte ?"),
    ("fr", "Qui a fondé l'entreprise ?"),
    ("de", "Gibt es Rabatt für Studenten?"),
    ("de", "Kann ich ein Rad mieten?"),
    ("de", "Wie repariere ich einen Platten?"),
    ("de", "Sind eure Räder in Deutschland hergestellt?"),
    ("de", "Wie wird das Wetter morgen?"),
    ("it", "Fate sconti per gli studenti?"),
    ("it", "Dove è prodotta la bici?"),
    ("it", "Raccontami una barzelletta"),
    ("pt", "Posso ganhar pontos com a compra?"),
    ("pt", "Vocês têm bicicletas infantis?"),
    ("hi", "आज मौसम कैसा है?"),
)
