"""A small business to look at: made through the API, as a person would have made it."""
import datetime

from crm import Client

CUSTOMERS = [
    ("Maria Souza", "Acme", "555 1234", "maria@acme.com", "Rua Direita 12\n4000-123 Porto"),
    ("Jonas Weber", "Weber & Söhne", "+49 30 901820", "jonas@weber.example", "Torstraße 140, Berlin"),
    ("Inês Carvalho", "Padaria Central", "+351 912 345 678", "ines@padaria.example", "Praça da República 3, Braga"),
    ("Olivia Hart", "Northlight Studio", "+44 20 7946 0018", "olivia@northlight.example", "14 Lamb's Conduit Street, London"),
    ("Tomás Almeida", "Quinta do Vale", "+351 254 000 110", "tomas@quintadovale.example", ""),
    ("Priya Nair", "Bluebird Logistics", "+44 161 496 0102", "priya@bluebird.example", "2 Canal Wharf, Manchester"),
    ("Étienne Moreau", "Atelier Moreau", "+33 1 70 18 99 00", "etienne@moreau.example", ""),
    ("Sofia Lindqvist", "Lindqvist Design", "+46 8 5000 0012", "sofia@lindqvist.example", "Götgatan 22, Stockholm"),
    ("Carlos Mendes", "Mendes Construções", "", "obras@mendes.example", "Rua do Carmo 70, Lisboa"),
    ("Hannah Becker", "", "+49 40 300 512", "hannah.becker@mail.example", ""),
    ("João Lima", "Lima Motos", "555 9870", "joao@limamotos.example", "Avenida Brasil 200, Faro"),
    ("Grace Okafor", "Okafor Legal", "+44 117 496 0441", "grace@okafor.example", "Queen Square 8, Bristol"),
]
DEALS = [  # customer, title, stage, cents, days until it closes
    (0, "Office chairs, 40 pieces", "proposal", 1_248_000, 12), (0, "Maintenance 2027", "lead", 360_000, 60),
    (1, "Warehouse shelving", "qualified", 2_150_000, 30), (2, "Second oven", "won", 890_000, -6),
    (3, "Studio lighting", "proposal", 435_050, 9), (4, "Barrels for the harvest", "lead", 760_000, 90),
    (5, "Route planning, first year", "qualified", 1_800_000, 25), (6, "Framing machine", "lost", 310_000, -20),
    (7, "Catalogue print run", "won", 127_500, -2), (10, "Workshop lift", "lead", 540_000, 45),
]
TASKS = [  # customer, title, days until it is due, done
    (0, "Call Maria about the fabric", 0, False), (1, "Send the drawing of the shelves", -2, False), (3, "Prepare the offer", 3, False),
    (5, "Ask Priya for the list of depots", 6, False), (2, "Hand over the oven", -6, True), (None, "Renew the trade licence", 20, False),
]
NOTES = [
    (0, "Call back on Monday. She wants the chairs in two colours, and asked whether we take the old ones along."),
    (0, "First meeting at the fair. Liked the sample; the decision is made by the end of the month."),
    (3, "Prefers warm light. The ceiling is four metres high, so the stands must be longer than usual."),
    (4, "A harvest of about 80 barrels. Pays on delivery."), (5, "Eleven depots, two of them at night only."),
]


def day(offset: int) -> str:
    return (datetime.date.today() + datetime.timedelta(days=offset)).isoformat()


def fill(sales: Client, other: Client) -> dict[str, list[dict]]:
    """Everything above; `other` is a colleague who also changed something. The records by kind, in the order above."""
    fields = ("name", "company", "phone", "email", "address")
    customers = [sales.post("customers", **dict(zip(fields, row))) for row in CUSTOMERS]
    of = lambda k: {} if k is None else {"customer_id": customers[k]["id"]}  # noqa: E731
    contacts = [sales.post("contacts", **of(0), name="Rui Tavares", role="Purchasing", phone="555 1240", email="rui@acme.com"),
                sales.post("contacts", **of(0), name="Helena Pinto", role="Facilities", phone="555 1251", email="helena@acme.com"),
                sales.post("contacts", **of(1), name="Karl Weber", role="Owner", phone="+49 30 901821", email="karl@weber.example"),
                sales.post("contacts", **of(5), name="Dev Shah", role="Night shift", phone="+44 161 496 0177", email="dev@bluebird.example")]
    deals = [sales.post("deals", **of(k), title=title, stage=stage, value_cents=cents, currency="EUR", close_on=day(days))
             for k, title, stage, cents, days in DEALS]
    tasks = [sales.post("tasks", **of(k), title=title, due_on=day(days), done=done, assignee=sales.user)
             for k, title, days, done in TASKS]
    notes = [sales.post("notes", **of(k), text=text) for k, text in NOTES]
    maria = customers[0]
    customers[0] = other.put(f"customers/{maria['id']}", {**maria, "phone": "555 1234 ext. 20"})
    customers[0] = sales.put(f"customers/{maria['id']}", {**customers[0], "phone": "555 1234"})
    return {"customers": customers, "contacts": contacts, "deals": deals, "tasks": tasks, "notes": notes}
