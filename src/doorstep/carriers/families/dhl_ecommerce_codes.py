"""DHL eCommerce's (Americas, Asia) event numbers and sentences → our event types."""

from doorstep.carriers.reading import keyed

#: One event type a line, its numbers after it. 99, 300, 350 and 400 by the words that live answers send with them.
#: Left out, so `unknown`: 371 (a parcel is "recovered", from what is not said).
#: Source: section ecommerce of DHL Group's status list (289 numbers), read 2026-11-22.
_BY_NUMBER = keyed("""
order_data_received: 99 445
order_cancelled: 101
label_created: 235 238
awaiting_handover: 150
parcel_without_data: 229 513
pickup_requested: 109
courier_dispatched_for_pickup: 128 129 624
pickup_failed: 134 627
pickup_delayed: 135
picked_up: 100 130 461
accepted: 115 211
security_checked: 106
security_screening_failed: 107
facility_arrival: 104 116 125 155 156 200 350 454 462 470 472 521 526 562 566 575
facility_departure: 110 113 114 120 300 399 456 481 482 518 531 538 568 577 805
facility_processed: 220 365 401 431 451 477 483 524 528 529 540 543 557 567 576 579
sorted: 536 537 539
in_transit: 51 132 402 478 525 530 534 541 532 545
loaded_to_vehicle: 517
misrouted: 546 640 641 670 671
export_hub_arrival: 515
flight_departed: 561
destination_country_arrival: 360 361 533 549
customs_processing: 441 447 463 501 509
customs_inspection: 453
customs_held: 443 448 506 507
customs_delay: 508
customs_duties_due: 240 503
customs_duties_paid: 241 504
customs_released: 442 449 452 464 502
handed_to_partner: 400 479 480 523 535 589 590 642
received_by_partner: 50 499 505 510 511
delivery_facility_arrival: 468 494 520 542
preparing_for_delivery: 473 547 548
delivery_scheduled: 574
loaded_for_delivery: 544
out_for_delivery: 580 597 598
driver_nearby: 558
returned_from_route: 603 637
recipient_unreachable: 844
notice_left: 550 556
attempt_failed: 563 571 595 596 615 638 639 665
attempt_failed_not_home: 551 552 594 613
attempt_failed_business_closed: 555 564 612
attempt_failed_no_access: 605
attempt_failed_payment: 614
attempt_failed_oversize: 553
attempt_failed_no_safe_place: 554
second_attempt_failed: 629
final_attempt_failed: 583
redelivery_scheduled: 581 616
future_date_requested: 609
preferences_received: 161
redirected_to_pickup_point: 162
address_changed: 582 632
address_problem: 630 631 633 683 689 691 700 710 740 750
recipient_moved: 686 720 730
recipient_deceased: 770
refused: 608 610 611 619
ready_for_pickup: 469 522 560 565 570 585 588 599 601
collected_by_recipient: 572
delivered: 600 606 607 621
delivered_cod_collected: 591
delivered_safe_place: 652 653 654 655 658 659
delivered_reception: 656
delivered_mailbox: 657
post_delivery_information: 617 618 867 868 869 870 871 872
delayed: 450 592 593
held_by_carrier: 312 358 644 849
exception: 573 651
exception_resolved: 313 359
damaged: 620 623
under_investigation: 690
undeliverable: 625 626 650 780 809
disposed: 636 825
unclaimed: 693 760
return_requested: 604
return_label_created: 807
return_started: 108 602 800 802 804 808 815 628
return_in_transit: 806 810 811 813 816 817 818 853 854 855 856 857 858 859 862
return_out_for_delivery: 820
return_failed: 821 880 881 882 883 884 885 886 887
returned_to_sender: 860 863 864
informational: 163 164 242 680 699
""")

#: Pages and some answers send words only; the usual ones, upper case, by the number that stands for them.
#: Source: the same list, and live pages and answers of 2015 to 2017, read 2026-11-22.
_BY_WORDS = {
    "ELECTRONIC NOTIFICATION RECEIVED": "99",
    "ELECTRONIC NOTIFICATION RECEIVED: YOUR ORDER HAS BEEN PROCESSED AND TRACKING WILL BE UPDATED SOON": "99",
    "PICKED UP FROM SENDER": "100",
    "SHIPMENT CANCELED": "101",
    "ARRIVED AT ORIGIN PROCESSING FACILITY": "104",
    "SHIPMENT DEPARTED SELLERS ORIGIN TERMINAL": "110",
    "RECEIVED BY CARRIER FOR TRANSPORT": "115",
    "DEPARTURE DHL DISTRIBUTION CENTER": "120",
    "PICKED UP": "130",
    "EN ROUTE TO DHL ECOMMERCE": "132",
    "UNSUCCESSFUL COLLECTION ATTEMPT": "134",
    "ARRIVAL DHL DISTRIBUTION CENTER": "155",
    "ARRIVED AT DEPOT": "156",
    "ARRIVAL DHL ECOMMERCE DISTRIBUTION CENTER": "200",
    "ARRIVAL DHL ECOMMERCE FACILITY": "200",
    "PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER": "200",
    "PARCEL ACCEPTED, NOT YET PROCESSED": "211",
    "ENCODED": "220",
    "PROCESSED": "220",
    "PHYSICAL PACKAGE RECEIVED WITH NO ELECTRONIC DATA": "229",
    "SHIPMENT LABEL CREATED": "235",
    "LABEL CREATED": "238",
    "DUTY/TAX ASSESSED FOR PACKAGE, AWAITING PAYMENT. PLEASE CHECK YOUR EMAIL FOR PAYMENT OPTIONS": "240",
    "DUTY/TAX PAYMENT RECEIVED": "241",
    "DEPARTURE ORIGIN DHL ECOMMERCE DISTRIBUTION CENTER": "300",
    "DEPARTURE ORIGIN DHL ECOMMERCE FACILITY": "300",
    "ARRIVAL DESTINATION DHL DISTRIBUTION CENTER": "350",
    "ARRIVAL DESTINATION DHL ECOMMERCE DISTRIBUTION CENTER": "350",
    "ARRIVAL DESTINATION DHL ECOMMERCE FACILITY": "350",
    "ARRIVED AT DESTINATION COUNTRY": "360",
    "ARRIVAL IN COUNTRY": "361",
    "TENDERED TO DELIVERY SERVICE PROVIDER": "400",
    "TENDERED TO USPS": "400",
    "IN TRANSIT": "402",
    "PROCESSING COMPLETED AT ORIGIN": "431",
    "ARRIVED AT CUSTOMS": "441",
    "CLEARED CUSTOMS": "442",
    "HELD AT CUSTOMS": "443",
    "ELECTRONIC SHIPPING INFO RECEIVED": "445",
    "SHIPMENT INFORMATION RECEIVED": "445",
    "POSSIBLE TRANSIT DELAY": "450",
    "ARRIVAL AT POST OFFICE": "468",
    "AWAITING COLLECTION AT DHL SERVICE POINT": "469",
    "AVAILABLE FOR DELIVERY": "473",
    "ARRIVED AT DELIVERY FACILITY": "494",
    "ARRIVED AT USPS FACILITY": "499",
    "SHIPMENT ACCEPTED BY USPS": "505",
    "ARRIVED AT EXPORT FACILITY": "515",
    "DEPARTED FROM EXPORT FACILITY": "518",
    "AVAILABLE FOR PICKUP AT POST OFFICE": "522",
    "HANDED OVER TO PARTNER CARRIER": "523",
    "PROCESSED THROUGH USPS SORT FACILITY": "524",
    "ARRIVED USPS SORT FACILITY": "526",
    "IN TRANSIT TO DESTINATION COUNTRY": "532",
    "ARRIVAL AT DESTINATION COUNTRY - TRACKING UPDATES MAY END HERE, DELIVERY SHORTLY": "533",
    "SORTED THROUGH USPS FACILITY": "536",
    "DEPART USPS SORT FACILITY": "538",
    "SORTING COMPLETE": "539",
    "PROCESSED THROUGH SORT FACILITY": "540",
    "ARRIVED AT DELIVERY TERMINAL": "542",
    "MISROUTED": "546",
    "NOTICE LEFT": "550",
    "NO ONE HOME, CARD LEFT": "551",
    "NOTICE LEFT (BUSINESS CLOSED)": "555",
    "ATTEMPTED DELIVERY": "563",
    "AVAILABLE FOR PICKUP": "570",
    "PICKED UP BY CONSIGNEE FROM PICKUP LOCATION": "572",
    "OUT FOR SECOND DELIVERY ATTEMPT": "580",
    "FINAL DELIVERY ATTEMPT": "583",
    "POSSIBLE DELIVERY DELAY": "592",
    "OUT FOR DELIVERY": "597",
    "DELIVERED": "600",
    "UNDELIVERABLE - RETURNED TO SENDER": "602",
    "NO ACCESS": "605",
    "DELIVERED - LEFT WITH NEIGHBOR/FRONT DESK/OTHER": "606",
    "SECOND DELIVERY ATTEMPT SUCCESSFUL": "607",
    "REFUSED": "610",
    "CLOSED ON ARRIVAL": "612",
    "NO ONE HOME": "613",
    "DELIVERED - BUSINESS ADDRESS": "621",
    "UNDELIVERABLE": "625",
    "UNDELIVERABLE AS ADDRESSED": "630",
    "UNDELIVERABLE - INCORRECT ADDRESS": "631",
    "MISSENT": "640",
    "DEAD LETTER": "650",
    "DELIVERED AT SAFE PLACE": "659",
    "INSUFFICIENT ADDRESS": "683",
    "MOVED, LEFT NO ADDRESS": "686",
    "ADDRESSEE UNKNOWN": "689",
    "PACKAGE REPORTED MISSING": "690",
    "UNCLAIMED": "693",
    "RETURN TO SENDER": "800",
    "RETURN INITIATED": "808",
    "DESTROYED": "825",
    "RETURNS DELIVERED": "860",
}


def event_type_of(number: str) -> str:
    """Find the event type of a number ("598"); "unknown" for one the list has not."""
    return _BY_NUMBER.get(number, "unknown")


def event_type_of_words(text: str) -> str:
    """Find the event type of the words alone, in either case; "unknown" for any others."""
    return _BY_NUMBER.get(_BY_WORDS.get(" ".join(text.split()).upper().rstrip("."), ""), "unknown")
