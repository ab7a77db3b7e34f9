"""References in addresses: CON-0388000001-2026-27-0001 stands for CON/0388000001/2026-27/0001."""

from django.urls import register_converter

from euc.converters import ReferenceConverter


class ConsignmentConverter(ReferenceConverter):
    regex = "CON-[0-9A-Z]{10}-[0-9]{4}-[0-9]{2}-[0-9]{4,9}"


class VisitConverter(ReferenceConverter):
    regex = "VIS-[0-9A-Z]{10}-[0-9]{4}-[0-9]{2}-[0-9]{4,9}"


class IncidentConverter(ReferenceConverter):
    regex = "INC-[0-9A-Z]{10}-[0-9]{4}-[0-9]{2}-[0-9]{4,9}"


register_converter(ConsignmentConverter, "consignment")
register_converter(VisitConverter, "visit")
register_converter(IncidentConverter, "incident")
