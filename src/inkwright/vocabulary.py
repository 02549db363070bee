"""The words that a look can be asked for in without any model: materials, light and mood, line. Data only.

What a material looks like is drawn in `sample.looks`, what a light does to colours stands in `learn.mood`, what becomes
of lines in `learn.lines`; tests hold that all three have an answer to every word here.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["material", "light", "line"]


@dataclass(frozen=True)
class Word:
    """One look that has a name.

    Attributes:
        name: as it is listed.
        kind: material, light or line.
        says: what it looks like, one phrase.
        also: other words for it.
        sides: axis → side; two words on different sides of one axis contradict each other.
    """

    name: str
    kind: Kind
    says: str
    also: tuple[str, ...] = ()
    sides: tuple[tuple[str, str], ...] = ()


def _words(kind: Kind, rows: str) -> list[Word]:
    """Rows of "name | what it looks like | axis:side ..."; every material is on a side of its own."""
    also = dict(row.split(": ") for row in _ALSO.replace("\n  ", " ").strip().splitlines())
    made = []
    for row in rows.strip().splitlines():
        name, says, sides = (part.strip() for part in f"{row} |".split("|")[:3])
        pairs = [("material", name)] if kind == "material" else []
        pairs += [(axis, side) for axis, _, side in (pair.partition(":") for pair in sides.split())]
        made.append(Word(name, kind, says, tuple(also[name].split(", ")), tuple(pairs)))
    return made


_MATERIALS = """
gouache         | opaque strokes of a bristle brush, broken colour
watercolour     | wet washes, drying edges, white paper
oil             | thick long strokes, ridges that catch the light
ink wash        | pools of thinned ink, blooms, black accents
brush ink       | spotted blacks, feathered edges, swelling lines
marker          | flat bright strokes that overlap, a fineliner
pointillism     | dabs of pure colour that mix in the eye
airbrush        | even gradients, fine speckle, masked edges
hatching        | pen lines in coloured inks, crossed in the shade
pencil          | graphite strokes, crossed where it is darker
coloured pencil | two hues over one another, white of the paper
crayon          | thick waxy strokes that skip the hollows of paper
charcoal        | smudged greys, grain, soft blacks
pastel          | chalky strokes on warm grey paper
chalkboard      | coloured chalk on a slate board
stipple         | all tones out of single dots of the pen
engraving       | ruled lines that swell and bend over forms
scratchboard    | white lines scratched out of black
woodcut         | black plank print, wedge-shaped cuts along forms
woodblock       | flat tones, wiped skies, indigo contours
linocut         | five flat inks, gouge marks at every edge
halftone        | bold print colours, dots that grow with the shade
screentone      | black and white with dot screens and spotted blacks
risograph       | grainy pink, teal and yellow, off register
clear line      | even outlines, flat lively colours, hardly a shadow
poster          | shapes in clear tones without outlines, wiped skies
cut paper       | layers of coloured paper that cast shadows
stained glass   | shards of glowing colour between dark leads
mosaic          | square stones in rows, pale mortar
embroidery      | satin stitches, each thread with its light
"""
_LIGHTS = """
sunny           | clear midday light, full colours | time:day
bright          | high key: everything airy and light | key:bright
dark            | low key: everything deep | key:dark
dawn            | pale rose light over lilac shadows | time:dawn
golden          | low sun: gold in the lights, brown shadows | warmth:warm
dusk            | violet shadows, last orange in the lights | time:dusk
night           | deep blue, hardly any light | time:night
moonlight       | dark blue with silvery lights | time:night
neon            | black violet shadows, loud magenta and cyan | colour:vivid
candlelight     | warm glow out of the dark | warmth:warm
fog             | pale, flat, hardly a colour | contrast:soft
storm           | dark grey-green, no sun
winter          | white light, blue shadows | warmth:cold
spring          | fresh light greens
autumn          | rust, ochre and brown | warmth:warm
underwater      | blue-green all through
cold            | blue shadows, cool lights | warmth:cold
warm            | brown shadows, yellow lights | warmth:warm
red light       | everything in red, as in alarm | colour:red
toxic           | sickly green lights | colour:green
dreamy          | soft, lilac and rose | contrast:soft
noir            | black and white, hard light | colour:grey key:dark
grey            | no colours | colour:grey
sepia           | brown tones, as in old photographs | colour:sepia
cyanotype       | white and Prussian blue | colour:blue
vivid           | loud, full colours | colour:vivid
muted           | quiet colours | colour:muted
pale            | light powdery colours | colour:pale
faded           | old print: weak blacks, yellowed lights | colour:muted
dramatic        | hard contrast between light and dark | contrast:hard
soft            | little contrast | contrast:soft
"""
_LINES = """
bold            | thick outlines | weight:bold
fine            | thin outlines | weight:fine
lineless        | hardly an outline: colours part things | weight:none
loose           | wandering double lines, colours that stray | hand:loose
tight           | colours end exactly at the line | hand:tight
hatched         | shadows hatched with the pen, in any material
"""
_ALSO = """
gouache: tempera, poster paint, acrylic, painted
watercolour: watercolor, aquarelle, water colour, water color, washes
oil: oil paint, oils, impasto, palette knife, van gogh
ink wash: wash, ink and wash, sumi, sumi e, suibokuga, brush and wash, indian ink wash
brush ink: brush and ink, ink, inked, black ink, brush, spotted blacks, comic ink
marker: markers, felt pen, felt tip, felt pens, alcohol marker, copic
pointillism: pointillist, pointilism, divisionism, seurat, dabs
airbrush: airbrushed, spray, spray paint, sprayed
hatching: pen, pen and ink, crosshatching, cross hatching, hatch, etching, etched, ink pen, quill
pencil: graphite, pencil drawing, lead pencil, pencilled
coloured pencil: colored pencil, colour pencil, color pencil, coloured pencils, colored pencils
crayon: crayons, wax crayon, wax crayons, waxy, childlike
charcoal: coal, conte, smudged
pastel: pastels, chalk, chalks, soft pastel, chalk pastel, oil pastel
chalkboard: blackboard, slate, chalk on slate
stipple: stippled, stippling, ink dots, dotwork
engraving: engraved, steel engraving, copper engraving, copperplate, banknote, dore
scratchboard: scraperboard, scratched, scratch board, white on black
woodcut: wood cut, wood engraving, xylograph, expressionist, black woodcut
woodblock: ukiyo e, ukiyoe, japanese print, wood block, mokuhanga, hokusai
linocut: lino, lino cut, linoleum, lino print, block print
halftone: ben day, benday, pop art, newsprint, comic dots, retro comic, print dots
screentone: manga, screen tone, zip a tone, letratone
risograph: riso, riso print, spot colours, spot colors, misregistered
clear line: ligne claire, flat colour, flat color, flat colours, flat colors, cel, cartoon, herge, tintin
poster: screen print, silkscreen, silk screen, travel poster, serigraph, vector
cut paper: paper cut, papercut, paper cutout, paper cutouts, collage, cutout, cut out, paper, origami
stained glass: stained glass window, glass, church window, leaded glass
mosaic: mosaics, tesserae, tiles, tile, byzantine
embroidery: embroidered, stitched, stitches, thread, needlework, sewn
sunny: day, daylight, midday, noon, sunlit, sunlight, summer
bright: high key, airy, light filled, luminous
dark: low key, gloomy, shadowy, dim, murky
dawn: sunrise, daybreak, morning, early morning
golden: golden hour, golden light, gold, amber, honey
dusk: sunset, twilight, evening, gloaming, blue hour
night: night time, nighttime, midnight, nocturne, nocturnal
moonlight: moonlit, moon, moon light, silver, silvery
neon: neon light, neon lights, cyberpunk, synthwave, vaporwave, electric
candlelight: candle, candle light, firelight, fire light, lamplight, lantern, campfire, torchlight
fog: foggy, mist, misty, haze, hazy
storm: stormy, thunder, thunderstorm, rain, rainy, overcast, cloudy
winter: snow, snowy, wintry, frost, frosty, ice, icy
spring: springtime, fresh, vernal
autumn: autumnal, fall colours, fall colors, october, harvest
underwater: under water, undersea, sea, ocean, submarine, aquatic
cold: cool, cooler, chilly, blueish, bluish
warm: warmer, warmth, cosy, cozy
red light: red, alarm, blood, bloody, crimson, danger
toxic: poison, poisonous, sickly, acid, eerie, radioactive, green light
dreamy: dream, dreamlike, dreamily, fairy tale, magical, magic, ethereal
noir: film noir, hard boiled, black and white, b w, bw
grey: gray, greyscale, grayscale, monochrome, colourless, colorless, desaturated
sepia: sepia tone, sepia toned, old photograph, antique, brown
cyanotype: blueprint, prussian blue, blue print
vivid: vibrant, saturated, colourful, colorful, loud, bold colours, bold colors
muted: subdued, quiet, dull, earthy, restrained, subtle
pale: pastel colours, pastel colors, pastel tones, pastel shades, powdery, candy, delicate
faded: vintage, retro, old, aged, bleached, yellowed, washed out
dramatic: high contrast, contrast, contrasty, stark, harsh, chiaroscuro
soft: low contrast, gentle, calm, softer, mellow
bold: thick, thick lines, bold lines, bold line, heavy, heavy lines, strong lines
fine: thin, thin lines, fine lines, fine line, hairline
lineless: no lines, no outlines, without lines, without outlines, no outline, outlineless
loose: sketchy, sketch, rough, wobbly, hand drawn, handdrawn, loosely, expressive
tight: clean, crisp, precise, neat, tidy, sharp
hatched: with hatching, hatched shadows, hatch lines, cross hatched, crosshatched
"""
WORDS: tuple[Word, ...] = (
    *_words("material", _MATERIALS),
    *_words("light", _LIGHTS),
    *_words("line", _LINES),
)
"""All of them; the order in which lights are applied, whatever order they are asked for in."""
_FILLERS = """
a an and as at by colour colours color colors drawing drawings drawn effect feel for from hue hues illustration in its
light lighting lights like lit line lines look looking made medium mood of on painting paintings picture print printed
prints scene shadow shadows shade style styled technique the through tone toned tones to under using very with work
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that add nothing beside others."""
