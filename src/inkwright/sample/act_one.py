"""Pages 1 and 2: the Hero at home, and on the way."""

from dataclasses import replace

from inkwright.sample import dragon, people, places, props
from inkwright.sample.pen import Place, Sheet, curve, path
from inkwright.sample.people import STANDING, WALKING
from inkwright.sample.scene import DRAGON, HERO, Scene, says, tells, thinks


def _home(sheet: Sheet) -> None:
    props.backdrop(sheet, props.SKY, 470)
    props.sun(sheet, 800, 120, 54)
    props.cloud(sheet, 560, 120, 60)
    props.ground(sheet, [400, 350, 340, 380, 430, 400, 360], props.MEADOW)
    props.fir(sheet, 90, 420, 190)
    props.fir(sheet, 176, 408, 140)
    props.ground(sheet, [520, 490, 470, 480, 500, 520, 500])
    props.tree(sheet, 790, 545, 300)
    places.home(sheet, Place(400, 560, 400))
    lane = curve(path("480,560 520,600 500,650 540,716 690,716 610,650 590,600 545,560"), True)
    sheet.cover(lane)
    sheet.marker(lane, props.EARTH, 0, 10)
    sheet.line(curve([(480, 562), (520, 600), (500, 650), (540, 716)]))
    sheet.line(curve([(545, 562), (590, 600), (610, 650), (690, 716)]))
    people.hero(
        sheet,
        Place(680, 650, 260, -1),
        replace(STANDING, front=(0.28, -0.5), held="cup", mood="happy", back=(-0.3, -0.86)),
    )
    for x, y in ((90, 600), (150, 650), (850, 640), (330, 650)):
        props.flower(sheet, x, y, 9)
    props.tufts(sheet, path("60,560 230,620 420,670 880,590 780,680"))


def _soup(sheet: Sheet) -> None:
    places.room(sheet, 400)
    places.round_window(sheet, 118, 190, 72)
    people.hero(
        sheet,
        Place(300, 560, 330),
        replace(
            STANDING, mood="bored", look=(-0.2, 0.5), front=(0.3, -0.34), held="spoon", turn=35, back=(-0.28, -0.34)
        ),
    )
    props.table(sheet, 110, 462, 380, 140)
    props.bowl(sheet, 300, 462, 56, True)


def _letter(sheet: Sheet) -> None:
    places.room(sheet, 620)
    pose = replace(
        STANDING, mood="shocked", look=(0.4, 0.8), front=(0.17, -0.4), held="letter", turn=-8, back=(-0.08, -0.44)
    )
    people.hero(sheet, Place(170, 1000, 790), pose)


def _road(sheet: Sheet) -> None:
    props.backdrop(sheet, (255, 226, 176), 620, 2)
    props.cloud(sheet, 330, 300, 40)
    props.cloud(sheet, 70, 350, 34)
    props.ground(sheet, [540, 470, 420, 424, 470, 520], (176, 196, 150))
    places.castle(sheet, Place(206, 432, 200))
    props.ground(sheet, [700, 640, 600, 640, 700], props.MEADOW)
    props.fir(sheet, 60, 690, 150)
    props.fir(sheet, 350, 690, 170)
    road = curve(
        path("240,618 180,680 270,760 150,880 60,1060 -20,1340 330,1340 330,1080 290,900 350,770 236,690 252,618"), True
    )
    props.ground(sheet, [820, 840, 800, 790, 830])
    sheet.cover(road)
    sheet.marker(road, props.EARTH, 80, 12)
    sheet.line(road)
    props.tree(sheet, 62, 1010, 260)
    people.hero(sheet, Place(190, 1262, 400), replace(WALKING, pot=True, held="sword", turn=32, mood="determined"))
    props.tufts(sheet, [(40, 1120), (370, 1000), (365, 1210), (40, 1280)])


def _directions(sheet: Sheet) -> None:
    props.backdrop(sheet, props.SKY, 500)
    props.ground(sheet, [450, 420, 450, 480, 440], props.MEADOW)
    props.tree(sheet, 440, 520, 260)
    props.ground(sheet, [560, 540, 550, 540, 560])
    dragon.sitting(sheet, Place(345, 606, 370, -1), "happy", (0.2, 0.5), hand=(0.3, -0.5))
    people.hero(
        sheet,
        Place(105, 626, 215),
        replace(STANDING, mood="shocked", pot=True, front=(0.3, -0.7), back=(-0.3, -0.72), look=(0.4, -0.6)),
    )
    props.bush(sheet, 82, 645, 190)
    props.tufts(sheet, [(260, 630), (460, 620)])


def _crush(sheet: Sheet) -> None:
    props.rays(sheet, 240, 420, ((255, 214, 222), (255, 238, 214)))
    dragon.bust(sheet, Place(215, 430, 128), "love", neck=3.4)
    props.hearts(sheet, [(70, 260, 26), (420, 270, 22), (452, 600, 30), (60, 520, 18)])


PAGES = [
    [
        Scene(
            (40, 40, 920, 700),
            _home,
            "The Hero waves from the path before a small round-windowed house, a cup of tea in hand.",
            (tells("Once upon a Tuesday, a Hero had tea."),),
        ),
        Scene(
            (40, 766, 520, 594),
            _soup,
            "Inside, the Hero sits at the table and looks wearily into a bowl of soup.",
            (says(HERO, "Soup again. Heroes need adventures!"),),
        ),
        Scene(
            (586, 766, 374, 594),
            _letter,
            "The Hero, eyes wide, reads a letter with a red seal.",
            (thinks(HERO, "A Princess? In a castle? Today?"),),
        ),
    ],
    [
        Scene(
            (40, 40, 400, 1320),
            _road,
            "The Hero marches up a winding road, a pot on his head; a castle waits on a far hill.",
            (says(HERO, "Left, right, left. Is it much further?"),),
        ),
        Scene(
            (466, 40, 494, 647),
            _directions,
            "A large Dragon bends over a bush; behind it the Hero throws up his hands.",
            (says(HERO, "Please do not eat me!"), says(DRAGON, "I only wanted to say hello.")),
        ),
        Scene(
            (466, 713, 494, 647),
            _crush,
            "The Dragon, close by, with hearts for eyes.",
            (thinks(DRAGON, "What a handsome pot."),),
        ),
    ],
]
"""The script of pages 1 and 2."""
