"""DHL Paket's ICE, RIC and standard event codes → our event types."""

from doorstep.carriers.reading import keyed

#: Event type, then its keys. "ICE/RIC/TT" beats "ICE/RIC" beats "ICE"; a bare ICE stands only where every reason means the same.
#: Source: DHL Parcel Germany's list of ICE and RIC combinations, July 2024 (338 rows), read 2026-11-22.
_TABLE = """
order_data_received:            PARCV/NRQRD
order_cancelled:                CANCL/NRQRD
data_without_parcel:            DTNPC
parcel_without_data:            PBNDT
pickup_requested:               PURCR/BOOKN PURCR/NRQRD PURCR/OTHER PURCR/SECPL
pickup_cancelled:               PURCR/REJCT
pickup_failed:                  NTPUP
picked_up:                      PCKDU SRTED/NRQRD/AE
dropped_off:                    SHRCU
accepted:                       SRTED/NRQRD/ES
collected_from_dropoff_point:   LDTMV/SERPT/ES
facility_processing:            ASMVT/NRQRD
sorted:                         SRTED/FWAPS SRTED/FWEXH SRTED/FWEXP SRTED/NRQRD
consolidated:                   LDTHU/NRQRD
loaded_to_vehicle:              LDTMV/FWEXH LDTMV/MVMTV LDTMV/NRQRD LDTMV/SERPT
facility_departure:             MVDPT/NRQRD
facility_arrival:               MVARR/NRQRD/EE MVARR/NRQRD
unloaded:                       ULFMV/OARRV ULFMV/UNLDD
in_facility_waiting:            INFCL/FWEXH INFCL/NRQRD INFCL/OARRV INFCL/SERPT
security_checked:               SECHK/CCPSD SECHK/DGCPS SECHK/NRQRD
relabelled:                     RELBL
repacked:                       REPCK
misrouted:                      MSRTD/CRRCS MSRTD/NRQRD MSRTD/WRGTR NTDEL/WRGTR
missorted:                      MSRTD/CRRFN
forwarded_correct_facility:     OFWRD/CRRFN
partial_arrival:                EXPHD/INCSH INFCL/INCSH
movement_exception:             MVTEX/TCATC
delayed_vehicle:                MVTEX/TCHBD MVTEX/VHARU
delayed_disaster:               MVTEX/FRMJR MVDEX EXPHD/FRMJR NTDEL/FRMJR
delayed_capacity:               EXPHD/CAPEX LDEXC/OVRLD NTDEL/CAPEX NTDEL/DRCRU
delayed_processing:             EXPHD/EQUBF EXPHD/STPRB NTDEL/NTIHU
delayed_holiday:                INFCL/HLDAY
not_assigned_to_tour:           NTADT LDEXC/MSDLA
export_customs_presented:       ICPRC/FWEXH
export_customs_released:        RSDCP/FWEXH
import_customs_presented:       ICPRC/OARRV
customs_processing:             ICPRC/NRQRD HLDCP ITBAR
customs_held:                   HLDCU
customs_released:               RSDCP/OARRV
customs_rejected:               EXPHD/CLREF
customs_seized:                 CNFSC
customs_information_required:   EXPHD/PWMFD
customs_duties_paid:            PMTCS/NRQRD
handed_to_partner:              HNDDE TRBCR
handed_to_partner_untracked:    HNDND DLVRD/CUSTM DLVRD/HNDTC
delivery_facility_arrival:      ULFMV/UNLDD/PO MVARR/NRQRD/PO
loaded_for_delivery:            LDTMV/MVMTV/PO LDTMV/SECDA/PO LDTMV/SECDA SRTED/NRQRD/PO
delivery_scheduled:             ADVIS/DLVDT
delivery_window_set:            ADVIS/DLVTM ALERT/DLVTM
preferences_received:           ADVIS/PFLOC
hold_requested:                 ADVIS/STBSD
held_for_recipient:             INFCL/CSREQ INFCL/DLVDT INFCL/HNDCA
recipient_contacted:            INFCL/CTCST
address_problem:                ALERT/BDADD EXPHD/BDADD EXPHD/WRGRI LDEXC/BDADD PURCR/BDADD
address_change_requested:       ADVIS/ROUCR
address_changed:                OFWRD/CNRFW OFWRD/CRFRD OFWRD/CSREQ OFWRD/NRQRD OFWRD/RDRCR OFWRD/RDRDO ROUCR
address_corrected:              OFWRD/PBNBR
in_transit_to_pickup_point:     FWDCF/SERPT LDTMV/PCKST LDTMV/SERPT/PO LDTMV/SERPT/ZF
ready_for_pickup:               CNRFC/HDFCT CNRFC/NRQRD CNRFC/SERPT HLDCC/HDFCT HLDCC/SERPT
ready_for_pickup_locker:        CNRFC/PCKST HLDCC/LDPCK
pickup_expired:                 HLDCC/NTCCN NTDEL/NTCCN
attempt_failed:                 NTDEL/CTCST NTDEL/MSLBL NTDEL/MSSDT NTDEL/OTHER NTDEL/OTHRE NTDEL/PCKST NTDEL/SECDA NTDEL/SERPT NTDEL/TCHBD
attempt_failed_not_home:        NTDEL/NHOME NTDEL/CNCNR
attempt_failed_business_closed: NTDEL/CLOSD NTDEL/HLDAY
attempt_failed_address:         NTDEL/BDADD NTDEL/CPUNK NTDEL/WRGPN NTDEL/WRGRI
attempt_failed_id:              NTDEL/CTCNI NTDEL/IDDMG NTDEL/IDNEG
attempt_failed_age:             NTDEL/AGNEG
attempt_failed_payment:         NTDEL/TRPMT DLVRF/TRPMT
attempt_failed_time:            NTDEL/CRROT
redelivery_scheduled:           ADVIS/SECDA LDTMV/SECDA/ZN
recipient_moved:                NTDEL/MOVED
refused:                        DLVRF/CROAT DLVRF/NEXCH DLVRF/OTHER DLVRF/SHNCP NTDEL/RFUSD
refused_damaged:                DLVRF/DMGED
refused_not_ordered:            DLVRF/NTORD
delivered:                      DLVRD/ACCPT DLVRD/AGENT DLVRD/DIDLV DLVRD/FAMLY DLVRD/OTHER DLVRD/SPOUS MVARR/NRQRD/ZU
delivered_damaged:              DLVRD/ACCDM
delivered_partial:              DLVRD/ACCSI
delivered_neighbour:            DLVRD/NGHBR
delivered_reception:            DLVRD/PCKAD
delivered_mailbox:              DLVRD/POBOX
delivered_safe_place:           DLVRD/PKBOX DLVRD/SECPL
delivered_alternative_location: DLVRD/WINPL
delivered_cod_collected:        DLVRD/CODRP/ZU
collected_by_recipient:         DLVRD/ACCPK DLVRD/SERPT
post_delivery_information:      DLVRD/CODAR DLVRD/CODRP
damaged:                        DMGDS EXPHD/DMGED EXPHD/DMGPC EXPHD/DMPHD NTDEL/DMGED
disposed:                       DSPSD
lost:                           EXPHD/LOSTX RCCLS/LOSTX
under_investigation:            EXPHD/INSPT SECHK/INSPT
exceeds_service:                EXPHD/FFTCH
held_by_carrier:                EXPHD/GDNMS EXPHD/MSLBL EXPHD/MSSDT EXPHD/NRQRD EXPHD/OTHER EXPHD/STBSD EXPHD/UDFPC INFCL/HLDSR
held_for_documents:             EXPHD/MSDOC NTDEL/MSDOC
held_for_payment:               EXPHD/TRPMT
undeliverable:                  NTDEL/NAGTB NTDEL/RSEXW NTDEL/SHINF NTDEL/UDLVR
exception:                      OFWRD/CNCNR
return_started:                 RETRN EXPHD/RTTSP OFWRD/RTSCR OFWRD/RTSSA
return_in_transit:              OFWRD/RTSCR/AA OFWRD/RTSCR/EE
notification_sent:              ADVIS/MSGST
informational:                  ADVIS/MSGER ADVIS/MSGPC ADVIS/ORDER ADVIS/REJCT CHECK/SVCHG PMTCR PMTCS/SERPT
event_retracted:                STORN
record_closed:                  RCCLS/GHSTP
"""
_BY_KEY = keyed(_TABLE)

#: DHL Group's own five words for a status, the same in all divisions. Source: Shipment Tracking - Unified, read 2026-11-22.
UNIFIED = {
    "pre-transit": "order_data_received",
    "transit": "in_transit",
    "delivered": "delivered",
    "failure": "exception",
    "unknown": "status_not_mapped",
}
#: Standard event codes whose meaning alone names an event type. Source: section parcel-de of DHL Group's status list, read 2026-11-22.
_STANDARD = {
    "VA": "order_data_received",
    "AE": "picked_up",
    "AN": "pickup_failed",
    "ES": "accepted",
    "AA": "facility_departure",
    "EE": "facility_arrival",
    "NB": "in_transit",
    "PO": "preparing_for_delivery",
    "LA": "in_facility_waiting",
    "ZF": "ready_for_pickup",
    "ZN": "attempt_failed",
    "ZU": "delivered",
    "ZO": "customs_processing",
    "GT": "informational",
    "DD": "informational",
    "BV": "exception",
}


def event_type_of(ice: str, ric: str, standard: str) -> str:
    """Find the event type by the finest key that the list has; "unknown" where it has none.

    A standard event code counts only where the carrier sent no ICE at all: it is the coarsest of the three.
    """
    if not ice:
        return _STANDARD.get(standard, "unknown")
    for key in (f"{ice}/{ric}/{standard}", f"{ice}/{ric}", ice):
        if key in _BY_KEY:
            return _BY_KEY[key]
    return "unknown"
