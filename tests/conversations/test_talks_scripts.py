"""Each situation as a talk, in each language, on each kind of channel: said by the customer, answered, done."""

from pathlib import Path

import pytest
from talking_world import Script, Talk, World, scripts_in

from doorstep.conversations.talks.saying import words_of
from doorstep.domain.talking.turns import Turned
from doorstep.domain.vocabulary import ChannelKind

CHANNELS = (ChannelKind.CHAT, ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.EMAIL)
SCRIPTS = [one for path in sorted((Path(__file__).parent / "scripts").glob("*.talk")) for one in scripts_in(path)]


def _keys(turned: Turned) -> set[str]:
    keys = {"refusal" if piece.refusal else piece.key for piece in turned.pieces}
    return keys | ({"handover"} if turned.handover else set())


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: f"{one.language}: {one.name}")
def test_a_talk_reads_as_it_is_written_down(script: Script, channel: ChannelKind) -> None:
    world = World(*script.orders, language=script.language)
    talk = Talk(world, script.language, channel)
    for step in script.steps:
        if step.said.startswith("[") and step.said.endswith("]"):
            turned = talk.choose(int(step.said[1:-1]))
        elif step.said == "(photo)":
            turned = talk.say("", files=1)
        else:
            turned = talk.say(step.said)
        told = f"> {step.said}\n{talk.spoken.text if talk.spoken else ''}"
        assert set(step.expected) <= _keys(turned), f"{told}\nsaid {sorted(_keys(turned))}, understood {turned.intent} {turned.confidence}"
        assert talk.memory.language == script.language, told
        _fits(talk, channel)
    assert tuple(world.done) == script.done


def _fits(talk: Talk, channel: ChannelKind) -> None:
    spoken = talk.spoken
    assert spoken is not None
    assert "{" not in spoken.text
    if talk.turned and talk.turned.handover is None:
        assert spoken.text
    titles = [one.title for one in spoken.choices]
    assert len(set(titles)) == len(titles)
    if channel is ChannelKind.WHATSAPP and titles:
        assert all(len(one) <= (20 if len(titles) <= 3 else 24) for one in titles)
        assert len(titles) <= 10
    if channel in {ChannelKind.SMS, ChannelKind.EMAIL} and titles:
        assert all(f"\n{place}: " in spoken.text for place in range(1, len(titles) + 1))


@pytest.mark.parametrize("language", ["es", "fr", "de", "it", "pt", "hi"])
def test_every_sentence_is_written_in_every_language_with_the_same_holes(language: str) -> None:
    import re

    def holes(forms: str | list[str]) -> set[str]:
        return {hole for form in ([forms] if isinstance(forms, str) else forms) for hole in re.findall(r"\{(\w+)\}", form)}

    english, own = words_of("en"), words_of(language)
    assert own.keys() == english.keys()
    assert {key: holes(own[key]) for key in english} == {key: holes(english[key]) for key in english}
    assert [key for key, forms in own.items() if key.startswith(("title.", "talk.")) and len(str(forms)) > 20] == []
