"""Pages 5 and 6: the Hero comes home and marries the Dragon."""

from dataclasses import replace

from inkwright.sample import dragon, people, places, props
from inkwright.sample.pen import Place, Sheet, path
from inkwright.sample.people import CHEERING, KNEELING, STANDING
from inkwright.sample.scene import DRAGON, HERO, PRINCESS, Scene, says, shouts, tells, thinks


def _flight(sheet: Sheet) -> None:
    props.backdrop(sheet, (255, 206, 150), 430, 3)
    props.sun(sheet, 120, 300, 60, (255, 170, 90))
    props.cloud(sheet, 800, 150, 60)
    props.cloud(sheet, 250, 90, 46)
    props.ground(sheet, [380, 340, 370, 390, 340, 370], (150, 170, 190))
    props.ground(sheet, [410, 400, 380, 400, 410, 390], (130, 176, 130))
    people.hero(sheet, Place(474, 214, 170), replace(CHEERING, feet=((-0.12, -0.04), (0.12, -0.04))))
    dragon.flying(sheet, Place(480, 260, 300), "happy", flap=-0.42)
    props.speed(sheet, [(60, 180, 150, 176), (40, 225, 120, 222), (840, 330, 900, 326)])


def _stuck(sheet: Sheet) -> None:
    props.backdrop(sheet, props.SKY, 560)
    props.cloud(sheet, 350, 120, 46)
    props.ground(sheet, [560, 520, 540, 560], props.MEADOW)
    props.tree(sheet, 400, 640, 260)
    props.ground(sheet, [700, 690, 700, 690])
    places.home(sheet, Place(236, 740, 400), smoke=False, door_open=True)
    hole = path("128,470 140,428 158,444 176,414 198,436 220,408 240,436 262,426 276,474 200,500")
    with sheet.owned_by(places.HOME):
        sheet.shape(hole, (92, 66, 60), 3)
    dragon.bust(sheet, Place(212, 272, 66), "sad", (0.1, -0.4), 2.9)
    tile = path("-0.5,-0.5 0.5,-0.5 0.5,0.3 0,0.6 -0.5,0.3")
    with sheet.owned_by(places.HOME):  # the tiles in front of the neck
        for k in range(5):
            lifted = Place(136 + 33 * k, 474 - 5 * (k % 2), 36, 1, (-14, 8, -5, 10, 16)[k])
            sheet.shape(lifted(tile), places.ROOF, 2.8, tip=7)
    for x, y, turn in ((60, 420, 20), (330, 372, -30), (92, 356, 50)):
        sheet.shape(Place(x, y, 30, 1, turn)(tile), places.ROOF, 2.6, tip=6)
    props.tufts(sheet, [(60, 800), (200, 820), (340, 790), (400, 830)])
    for x, y in ((60, 770), (390, 770), (130, 835)):
        props.flower(sheet, x, y, 8)


def _proposal(sheet: Sheet) -> None:
    places.room(sheet, 318)
    places.round_window(sheet, 66, 150, 50, props.DUSK)
    dragon.sitting(sheet, Place(330, 404, 300, -1), "shocked", (0.2, 0.7), hand=(0.22, -0.42))
    people.hero(sheet, Place(100, 404, 200), replace(KNEELING, look=(0.4, -0.6)))


def _yes(sheet: Sheet) -> None:
    props.rays(sheet, 180, 260, ((255, 226, 140), (255, 204, 190)))
    dragon.bust(sheet, Place(120, 282, 76), "love", neck=2.6)
    props.fire(sheet, Place(288, 306, 150, 1, -14))
    props.hearts(sheet, [(52, 170, 20), (330, 200, 22), (392, 372, 18)])


def _wedding(sheet: Sheet) -> None:
    props.backdrop(sheet, (150, 206, 246), 420)
    props.sun(sheet, 90, 100, 48)
    props.cloud(sheet, 640, 90, 56)
    props.ground(sheet, [430, 400, 390, 410, 430], props.MEADOW)
    places.home(sheet, Place(210, 500, 350))
    props.tree(sheet, 860, 520, 300)
    props.ground(sheet, [510, 500, 490, 500, 510])
    people.princess(
        sheet,
        Place(476, 600, 258),
        replace(STANDING, mood="happy", look=(0.5, -0.6), front=(0.17, -0.4), back=(-0.12, -0.4), held="book"),
    )
    dragon.sitting(sheet, Place(690, 640, 420, -1), "love", hand=(0.3, -0.34), held="flowers", veil=True)
    people.hero(sheet, Place(330, 648, 262), replace(STANDING, mood="love", front=(0.32, -0.52), back=(-0.3, -0.84)))
    props.hearts(sheet, [(400, 290, 18), (560, 250, 14)])
    for x, y in ((60, 590), (120, 640), (300, 630), (900, 630)):
        props.flower(sheet, x, y, 10)
    props.tufts(sheet, [(200, 590), (700, 665), (40, 660)])


def _weeping(sheet: Sheet) -> None:
    props.backdrop(sheet, (150, 214, 196), 640, -3)
    people.princess(
        sheet,
        Place(185, 930, 690),
        replace(STANDING, mood="sad", front=(0.18, -0.56), held="hanky", tears=True, look=(0.2, 0.3)),
    )


def _supper(sheet: Sheet) -> None:
    places.room(sheet, 400, True)
    places.round_window(sheet, 256, 190, 66, places.NIGHT)
    dragon.sitting(sheet, Place(400, 590, 400, -1), "happy", (0.2, 0.5), hand=(0.2, -0.36), wings=False)
    people.hero(
        sheet,
        Place(105, 590, 290),
        replace(STANDING, mood="happy", front=(0.32, -0.5), held="spoon", turn=-10, back=(-0.24, -0.3)),
    )
    props.table(sheet, 60, 474, 390, 140)
    props.bowl(sheet, 160, 474, 44, True)
    props.bowl(sheet, 300, 474, 62, True)


PAGES = [
    [
        Scene(
            (40, 40, 920, 430),
            _flight,
            "The Hero rides on the flying Dragon through an orange evening sky.",
            (shouts(HERO, "Faster! Home is that way!"),),
        ),
        Scene(
            (40, 496, 447, 864),
            _stuck,
            "The Dragon's head sticks out of the roof of the Hero's home; it looks sorry.",
            (says(DRAGON, "I may have missed the door."),),
        ),
        Scene(
            (513, 496, 447, 419),
            _proposal,
            "At home, the Hero kneels and holds up a ring; the Dragon gasps.",
            (says(HERO, "Will you share my soup forever?"),),
        ),
        Scene(
            (513, 941, 447, 419),
            _yes,
            "The Dragon, close by, in love, breathing a happy flame.",
            (shouts(DRAGON, "YES! A thousand times soup!"),),
        ),
    ],
    [
        Scene(
            (40, 40, 920, 680),
            _wedding,
            "Before the home, the Princess marries the Hero and the veiled Dragon.",
            (says(PRINCESS, "You may now kiss. Carefully."),),
        ),
        Scene(
            (40, 746, 380, 614),
            _weeping,
            "The Princess weeps into a large handkerchief.",
            (thinks(PRINCESS, "I always cry at weddings."),),
        ),
        Scene(
            (446, 746, 514, 614),
            _supper,
            "By night, Hero and Dragon sit at the table before two steaming bowls.",
            (
                says(HERO, "Soup again!"),
                says(DRAGON, "But this time it is hot."),
                tells("And they dined happily ever after."),
            ),
        ),
    ],
]
"""The script of pages 5 and 6."""
