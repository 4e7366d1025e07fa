"""A file that a person sent → its bytes: WhatsApp is asked where it lies, and it is fetched from there.

Source: Meta's page on media, updated 2026-06-16: an id from a webhook is good for seven days, the address it leads to for five minutes.
"""

from datetime import datetime
from urllib.parse import quote

from doorstep.channels.fetching import MOST_BYTES, download, is_theirs
from doorstep.channels.graph import BASE, answer_of, failure_of, part, request, text
from doorstep.channels.whatsapp.codes import BY_CODE
from doorstep.domain.messages import Attachment
from doorstep.domain.plugins import FileFlow, Settings
from doorstep.domain.reading import setting_of
from doorstep.domain.vocabulary import Unfetched
from doorstep.errors import RefusedError, TryLaterError

_NAME = "WhatsApp"
#: Whose hosts are shown the token: Meta names lookaside.fbsbx.com. Source: as above.
_HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net")
_OK, _GONE = 200, (404, 410)
#: No such object, or none that this token may see. Source: Meta's page on the Graph API's errors, as known on 2026-11-29.
_NO_SUCH = "100"


def fetch(file: Attachment, settings: Settings, now: datetime) -> FileFlow:
    """Fetch a file by its id.

    Raises:
        TryLaterError: too many calls, or WhatsApp is down.
        MisconfiguredError: the token is wrong or lacks the permission.
    """
    if not file.media_id:
        return Unfetched.GONE
    response = yield request("GET", quote(file.media_id, safe=""), settings)
    answer = answer_of(response)
    if response.status in _GONE or text(part(answer, "error"), "code") == _NO_SUCH:
        return Unfetched.GONE
    if response.status != _OK:
        failure = failure_of(response, _NAME, BY_CODE, now, sends=False)
        if isinstance(failure, RefusedError):
            return Unfetched.GONE
        raise failure
    url, size = text(answer, "url"), text(answer, "file_size")
    if not url:
        raise TryLaterError("WhatsApp named no address of the file")
    if size.isdigit() and len(size) < 20 and int(size) > MOST_BYTES:  # noqa: PLR2004 - digits of any size there is
        return Unfetched.TOO_LARGE
    if not is_theirs(url, settings.get("base_url") or BASE, *_HOSTS):
        return Unfetched.ELSEWHERE
    return (yield from download(_NAME, url, now, {"authorization": f"Bearer {setting_of(settings, 'access_token')}"}))
