"""Pages 3 and 4: the Hero battles the Princess at her castle."""

from dataclasses import replace

from inkwright.sample import dragon, people, places, props
from inkwright.sample.pen import Place, Sheet, curve, path
from inkwright.sample.people import CHEERING, FIGHTING, STANDING
from inkwright.sample.scene import DRAGON, HERO, PRINCESS, Scene, says, shouts, sounds, thinks


def _challenge(sheet: Sheet) -> None:
    props.backdrop(sheet, (160, 198, 248), 500)
    props.cloud(sheet, 90, 250, 48)
    props.ground(sheet, [470, 450, 430, 450, 470], props.MEADOW)
    props.fir(sheet, 60, 500, 200)
    props.fir(sheet, 300, 480, 140)
    pose = replace(
        CHEERING, mood="shout", held="sword", turn=-16, front=(0.34, -0.8), back=(-0.3, -0.62), look=(0.6, 0.6)
    )
    places.castle(sheet, Place(640, 540, 420), lambda: people.princess(sheet, Place(640, 400, 216, -1), pose))
    props.ground(sheet, [560, 545, 540, 545, 560], props.GRASS)
    people.hero(
        sheet,
        Place(200, 600, 190),
        replace(
            STANDING,
            pot=True,
            mood="determined",
            look=(0.6, -0.8),
            back=(-0.26, -0.3),
            front=(0.34, -0.66),
            held="sword",
            turn=10,
        ),
    )
    props.tufts(sheet, [(60, 590), (340, 600), (480, 585), (860, 600)])


def _princess(sheet: Sheet) -> None:
    props.backdrop(sheet, (255, 204, 120), 700, 6)
    people.princess(
        sheet, Place(200, 900, 700, 1), replace(FIGHTING, mood="angry", look=(0.6, 0.1), front=(0.3, -0.5), turn=12)
    )
    places.rampart(sheet, 570)


def _hero(sheet: Sheet) -> None:
    props.rays(sheet, 220, 400, ((196, 224, 250), (240, 248, 255)))
    people.hero(
        sheet,
        Place(228, 1010, 830, -1),
        replace(STANDING, mood="shocked", look=(0.2, 0.2), back=(-0.2, -0.56), front=(0.2, -0.56)),
    )


def _clash(sheet: Sheet) -> None:
    props.backdrop(sheet, (250, 184, 160), 400, 3)
    places.castle(sheet, Place(455, 400, 330))
    props.ground(sheet, [420, 390, 395, 390, 420], props.MEADOW)
    props.burst(sheet, 462, 235, 108)
    people.hero(sheet, Place(250, 530, 370), replace(FIGHTING, mood="shout", front=(0.36, -0.58), turn=38, pot=True))
    people.princess(sheet, Place(675, 530, 375, -1), replace(FIGHTING, mood="angry", front=(0.36, -0.56), turn=36))
    for x, bent in ((70, 0.0), (420, 1.0), (120, 0.9), (852, 0.1), (498, 0.8)):
        props.tulip(sheet, x, 540, 54, bent, (240, 110, 150))
    props.tufts(sheet, [(40, 500), (860, 490), (560, 470)])


def _kick(sheet: Sheet) -> None:
    props.backdrop(sheet, (255, 230, 120), 380, -6)
    props.ground(sheet, [318, 312, 322], (180, 206, 120))
    people.princess(
        sheet,
        Place(96, 345, 200),
        replace(STANDING, mood="smug", front=(0.34, -0.5), back=(-0.28, -0.36), look=(0.6, -0.3)),
    )
    people.hero(
        sheet,
        Place(352, 190, 190, -1, -112),
        replace(CHEERING, mood="shocked", front=(0.36, -0.62), back=(-0.36, -0.5), feet=((-0.24, -0.04), (0.2, -0.1))),
    )
    props.speed(sheet, [(232, 110, 292, 96), (246, 300, 306, 286), (300, 330, 350, 312)])
    props.burst(sheet, 164, 232, 26)


def _rescue(sheet: Sheet) -> None:
    props.backdrop(sheet, (150, 200, 244), 300)
    places.castle(sheet, Place(398, 236, 190))
    props.ground(sheet, [260, 240, 250, 244], props.MEADOW)
    dragon.sitting(sheet, Place(110, 356, 300), "shout", (0.5, 0.3), hand=(0.3, -0.5))
    props.fire(sheet, Place(222, 142, 170, 1, 14))
    people.princess(
        sheet,
        Place(424, 358, 196, -1),
        replace(CHEERING, mood="shocked", lean=-0.05, front=(0.3, -0.66), back=(-0.32, -0.6)),
    )


def _peace(sheet: Sheet) -> None:
    props.backdrop(sheet, (255, 206, 160), 338, 2)
    places.rampart(sheet, 96, 420, 960)
    gate = curve(path("640,345 640,210 690,150 750,140 810,150 856,210 856,345"), False, 5)
    with sheet.owned_by(places.CASTLE):
        sheet.shape(gate, places.GATE, 3.4, 86)
        for x in (694, 748, 802):
            sheet.line([(x, 340), (x, 158)], width=3)
    props.ground(sheet, [300, 296, 300, 296], props.GRASS)
    people.princess(
        sheet,
        Place(560, 330, 236, -1),
        replace(STANDING, mood="bored", front=(0.26, -0.5), held="cup", look=(0.1, 0.6)),
    )
    props.tree(sheet, 90, 330, 250)
    for k, x in enumerate((200, 246, 300, 348, 396)):
        props.tulip(
            sheet, x, 326 - 5 * (k % 2), 62, (0.2, 1.0, 0.85, 1.0, 0.0)[k], ((250, 196, 60), (240, 110, 150))[k % 2]
        )
    props.tufts(sheet, [(700, 325), (890, 322), (170, 326)])


PAGES = [
    [
        Scene(
            (40, 40, 920, 620),
            _challenge,
            "The Princess shouts from the castle's wall, sword raised; far below stands the Hero.",
            (says(HERO, "Princess! I came to save you!"), shouts(PRINCESS, "Save me? I was having fun!")),
        ),
        Scene(
            (40, 686, 447, 674),
            _princess,
            "The Princess, furious, behind the battlement, with a sword.",
            (shouts(PRINCESS, "You stepped on my tulips!"),),
        ),
        Scene(
            (513, 686, 447, 674),
            _hero,
            "The Hero, close by, very frightened.",
            (thinks(HERO, "So that was the crunching."),),
        ),
    ],
    [
        Scene(
            (40, 40, 920, 560),
            _clash,
            "Hero and Princess cross swords before the castle; sparks fly.",
            (sounds("CLANG!"), shouts(PRINCESS, "Have at you, pot head!")),
        ),
        Scene(
            (40, 626, 400, 370),
            _kick,
            "The Hero flies head over heels through the air; the Princess looks pleased.",
            (says(HERO, "I was not ready!"),),
        ),
        Scene(
            (466, 626, 494, 370),
            _rescue,
            "The Dragon breathes fire; the Princess jumps back, her castle behind her.",
            (shouts(DRAGON, "Hands off my Hero!"),),
        ),
        Scene(
            (40, 1022, 920, 338),
            _peace,
            "The Princess sips tea before the gate of her castle.",
            (says(PRINCESS, "Fine. Keep him. He owes me tulips."),),
        ),
    ],
]
"""The script of pages 3 and 4."""
