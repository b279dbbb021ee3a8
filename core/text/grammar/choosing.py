"""Drawing a clause whose words go together: nobody eats a school, and nobody runs tomorrow what was yesterday."""

from __future__ import annotations

import random
from dataclasses import replace

from core.text.grammar.clauses import Clause, State
from core.text.grammar.english import Mode, Negation
from core.text.grammar.lexicon import Lexicon, Noun, Phrase, Place, Verb
from core.text.grammar.phrases import Thing, Who, adjectives, as_subject, generic, somebody, thing, who
from core.text.hangul import attach
from core.text.korean import Style, Tense

Pairs = tuple[tuple[str, str], ...]
FEW = 4  # a verb of fewer objects is shown with all: held out, it might never be seen
_OFTEN: dict[Mode, int] = {
    "simple": 11,
    "progressive": 3,
    "can": 2,
    "want": 2,
    "must": 1,
    "like": 1,
    "going": 1,
    "ever": 1,
}
_MODES = tuple(mode for mode, times in _OFTEN.items() for _ in range(times))
_GOALS = {
    "to": (),
    "near": ("home", "study", "shop", "eatery", "outside", "stop", "sleep"),
    "arrive": ("stop", "study", "country"),
    "leave": ("country", "stop", "eatery", "sight"),
    "live": ("country", "live"),
}


class Chooser:
    """One source of chance over one lexicon."""

    def __init__(self, rng: random.Random, lexicon: Lexicon, *, strict: bool = False) -> None:
        self.rng, self.lexicon = rng, lexicon
        self.strict = strict  # each Korean sentence has one English one, too

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def clause(
        self, style: Style, *, subject: Who | None = None, question: bool = False, plainly: bool = False
    ) -> Clause:
        """`plainly`: in the simple form and without denial."""
        subject = subject or who(self.rng, self.lexicon, style, question=question)
        verb = self.rng.choice([v for v in self.lexicon.verbs if "human" in v.subjects])
        mode = "simple" if plainly else self._mode(verb, subject, question)
        tense = self._tense(verb, mode)
        made = Clause(subject, verb, tense, mode)
        made = self.filled(made, style)
        if not plainly:
            made = self.denied(made, question)
        made = self._untwinned(self._adverbial(made, style), question)
        if mode == "ever" and not question and not made.negation:
            made = made.with_part("when", ("전에", "before"))
        return made

    def _mode(self, verb: Verb, subject: Who, question: bool) -> Mode:
        mode = self.rng.choice(_MODES)
        if verb.other & {"state", "past"} or verb.value("neg"):
            return "simple"
        if mode == "progressive" and ("noprog" in verb.other or verb.frame in ("arrive", "love")):
            return "simple"
        if mode == "want" and subject.key == "you" and not question:
            return "simple"
        if mode in ("want", "like", "going", "ever") and verb.forms.base in ("cry", "wait"):
            return "simple"
        if mode in ("like", "ever") and ("noprog" in verb.other or verb.frame == "live"):
            return "simple"
        return mode

    def _tense(self, verb: Verb, mode: Mode) -> Tense:
        if "past" in verb.other:
            return "past"
        if mode in ("ever", "going", "like"):
            return "present"
        if mode in ("can", "want", "must", "progressive") or verb.frame == "love" or "state" in verb.other:
            return self.rng.choice(("present", "present", "past"))
        return self.rng.choice(("past", "present", "future"))

    def denied(self, made: Clause, question: bool) -> Clause:
        if question or not self.chance(0.2) or made.mode == "going" or "past" in made.verb.other:
            return made
        twofold = made.mode in ("simple", "can") or (made.mode == "progressive" and not made.verb.word.noun)
        long_only = made.verb.value("neg") or not twofold or (made.tense == "future" and made.mode != "simple")
        kinds: tuple[Negation, ...] = ("long",) if self.strict and long_only else ("long", "short")
        return replace(made, negation=self.rng.choice(kinds))

    def filled(self, made: Clause, style: Style) -> Clause:
        """With what the verb's frame asks for."""
        frame, verb = made.verb.frame, made.verb
        if frame in _GOALS:
            return self._goal(made, frame)
        if frame == "i":
            return made
        if frame in ("who", "with", "call"):
            return self._other(made, frame, style)
        if frame == "visit":
            place = self.rng.choice([p for p in self.lexicon.places if "sight" in p.kinds])
            return self._object(made, Thing(place.ko, self._name(place), place.ko))
        noun = self.rng.choice(self.lexicon.of(verb.objects))
        if frame == "love":
            return self._object(made, generic(noun))
        if frame == "on":
            part = (f"{noun.ko}에", f"on the {noun.en}")
            return replace(made, parts={"goal": part}, pairs=((verb.key, noun.ko),))
        made = self._object(made, self._thing(verb, noun, style))
        return self._given(made, style) if frame == "give" else made

    def _thing(self, verb: Verb, noun: Noun, style: Style) -> Thing:
        known = bool(verb.other & {"state", "known"})
        return thing(self.rng, self.lexicon, noun, style, known=known, many="many" in verb.other)

    def _other(self, made: Clause, frame: str, style: Style) -> Clause:
        if frame == "who" and "line" in made.verb.objects and self.chance(0.3):
            noun = self.rng.choice([n for n in self.lexicon.of(frozenset({"line"})) if n.many])
            return self._object(made, Thing(noun.ko, f"the {noun.en}", noun.ko))
        if made.verb.objects and "human" not in made.verb.objects:
            noun = self.rng.choice(self.lexicon.of(made.verb.objects))
            other = thing(self.rng, self.lexicon, noun, style)
            if noun.ko == made.subject.key:
                other = somebody(self.rng, self.lexicon, style, made.subject)
        else:
            other = somebody(self.rng, self.lexicon, style, made.subject, low=frame == "call")
        if frame == "who":
            return self._object(made, other)
        if frame == "with":
            return made.with_part("with", (attach(other.ko, "과"), f"with {other.en}"))
        return made.with_part("goal", (f"{other.ko}에게", other.en))

    def _object(self, made: Clause, what: Thing) -> Clause:
        few = made.verb.frame == "t" and len(self.lexicon.of(made.verb.objects)) < FEW
        pairs = what.pairs if few else ((made.verb.key, what.key), *what.pairs)
        return replace(made, parts={**made.parts, "object": (attach(what.ko, "을"), what.en)}, pairs=pairs)

    def _given(self, made: Clause, style: Style) -> Clause:
        other = somebody(self.rng, self.lexicon, style, made.subject, low=True)
        given, to = made.parts["object"], f"{other.ko}에게"
        if self.strict or self.chance(0.5):
            return made.with_part("goal", (to, f"to {other.en}"))
        return made.with_part("object", (given[0], f"{other.en} {given[1]}")).with_part("goal", (to, ""))

    def _goal(self, made: Clause, frame: str) -> Clause:
        kinds = set(_GOALS[frame])
        places = [p for p in self.lexicon.places if not kinds or p.kinds & kinds]
        place = self.rng.choice([p for p in places if not (frame == "live" and "home" in p.kinds)])
        if frame == "leave":
            part = (attach(place.ko, "을"), self._name(place))
        elif frame in ("to", "near"):
            part = (f"{place.ko}에", place.to)
        else:
            part = (f"{place.ko}에", place.at)
        return replace(made, parts={"goal": part}, pairs=((made.verb.key, place.ko),))

    def _name(self, place: Place) -> str:
        return place.to.removeprefix("to ")

    def _adverbial(self, made: Clause, style: Style) -> Clause:
        verb = made.verb
        if verb.at and self.chance(0.3):
            place = self.rng.choice([p for p in self.lexicon.places if p.kinds & verb.at])
            made = made.with_part("where", (f"{place.ko}에서", place.at))
        if verb.frame in ("i", "to", "near") and "with" not in made.parts and self.chance(0.15):
            other = somebody(self.rng, self.lexicon, style, made.subject)
            made = made.with_part("with", (attach(other.ko, "과"), f"with {other.en}"))
        if verb.how and not made.negation and made.mode in ("simple", "progressive") and self.chance(0.2):
            fitting = [a for a in self.lexicon.adverbs if a.en in verb.how]
            one = self.rng.choice([a for a in fitting if a.en != "alone" or "with" not in made.parts] or fitting)
            if one.en != "alone" or "with" not in made.parts:
                made = made.with_part("how", (one.ko, one.en))
        return self.timed(made)

    def timed(self, made: Clause, share: float = 0.45) -> Clause:
        verb = made.verb
        if "state" in verb.other or made.mode in ("like", "ever", "can") or verb.frame in ("love", "live"):
            return made
        if self._habit(made) and not made.negation and self.chance(0.15):
            often = self.rng.choice([a for a in self.lexicon.adverbs if "often" in a.kinds])
            return made.with_part("often", (often.ko, often.en))
        return made.with_part("when", self.time(made)) if self.chance(share) else made

    def _habit(self, made: Clause) -> bool:
        return made.mode == "simple" and made.tense == "present"

    def time(self, made: Clause) -> tuple[str, str]:
        if made.mode == "going" or (made.mode in ("want", "must") and made.tense == "present"):
            kind = "future"
        elif made.mode == "progressive" and made.tense == "present":
            kind = "now"
        elif made.mode == "progressive":
            kind = "then"
        else:
            kind = "habit" if made.tense == "present" else made.tense
        chosen = self.rng.choice([t for t in self.lexicon.times if kind in t.kinds])
        return chosen.ko, chosen.en

    def _untwinned(self, made: Clause, question: bool) -> Clause:
        """`I read a book` is told of now or of yesterday: a time that fits only one of the two decides."""
        same = made.verb.forms.base == made.verb.forms.past and made.mode == "simple" and made.tense != "future"
        if not same or question or made.negation or made.subject.english.person == "third":
            return made
        kind = "past" if made.tense == "past" else "habit"
        time = self.rng.choice([t for t in self.lexicon.times if t.kinds - {"then"} == {kind}])
        parts = {slot: part for slot, part in made.parts.items() if slot != "often"}
        return replace(made, parts={**parts, "when": (time.ko, time.en)})

    def animal(self, style: Style) -> Clause:
        """An animal as the subject."""
        noun = self.rng.choice(self.lexicon.of(frozenset({"animal"})))
        verb = self.rng.choice([v for v in self.lexicon.verbs if v.subjects & (noun.classes | {noun.ko})])
        subject = as_subject(thing(self.rng, self.lexicon, noun, style, known=True), noun)
        mode: Mode = self.rng.choice(("simple", "progressive"))
        made = Clause(subject, verb, self._tense(verb, mode), mode, pairs=((verb.key, noun.ko),))
        return self.timed(self.denied(made, False))

    def state(self, style: Style, *, question: bool = False) -> tuple[State, Pairs]:
        """Subject and adjective, and which words met in it."""
        pairs: Pairs = ()
        if self.chance(0.3):
            subject = who(self.rng, self.lexicon, style, question=question)
            fitting = [a for a in self.lexicon.adjectives if "feel" in a.of]
            fitting = [a for a in fitting if not (subject.honour and a.en in ("sick", "hungry"))]
            one = self.rng.choice(fitting)
        else:
            noun = self._describable()
            what = thing(self.rng, self.lexicon, noun, style, known=True)
            subject = as_subject(what, noun)
            one = self.rng.choice(adjectives(self.lexicon, noun))
            pairs = ((one.en, noun.ko), *what.pairs)
            if what.pairs:  # a big bag is not big once more
                return self.state(style, question=question)
        tense: Tense = self.rng.choice(("present", "present", "present", "past"))
        return State(subject, one, tense), pairs

    def _describable(self) -> Noun:
        return self.rng.choice(
            [n for n in self.lexicon.nouns if "sky" not in n.classes and adjectives(self.lexicon, n)]
        )

    def time_of(self, *kinds: str) -> Phrase:
        return self.rng.choice([t for t in self.lexicon.times if t.kinds & set(kinds)])
