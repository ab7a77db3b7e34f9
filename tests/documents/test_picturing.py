"""Pictures to look at: pixels drawn in the bounded child, of pages that are there, and of nothing hostile."""

import io
import shutil
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from documents import picturing, storing
from tests.documents.test_uploads import picture, workbook
from tests.documents.test_verifying import _deep_arrays

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"


def kept(content, media_type):
    return storing.store(content=content, name="a", media_type=media_type, book="org-1")


def of_pages(*sizes):
    document, target = pikepdf.new(), io.BytesIO()
    for size in sizes:
        document.add_blank_page(page_size=size)
    document.save(target)
    return target.getvalue()


def drawn(content):
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        return opened.format, opened.size


def test_a_page_is_drawn_as_wide_as_asked():
    file = kept(of_pages((595, 842), (842, 595)), picturing.PDF)
    assert picturing.pages(file) == 2
    assert drawn(picturing.page(file, 1, picturing.SMALL)) == ("JPEG", (160, 227))
    assert drawn(picturing.page(file, 2, picturing.LARGE)) == ("JPEG", (1000, 707))


@pytest.mark.parametrize("number", [0, 3, 10**9])
def test_a_page_that_is_not_there_has_no_picture(number):
    file = kept(of_pages((595, 842), (842, 595)), picturing.PDF)
    with pytest.raises(picturing.NoPicture):
        picturing.page(file, number, picturing.SMALL)


@pytest.mark.parametrize("size", [(3, 14000), (100, 2001)])
def test_a_strip_is_not_blown_up(size):
    with pytest.raises(picturing.NoPicture):
        picturing.page(kept(of_pages(size), picturing.PDF), 1, picturing.LARGE)


@pytest.mark.parametrize(("form", "media_type"), [("PNG", picturing.PNG), ("JPEG", picturing.JPEG)])
def test_a_picture_is_made_smaller_never_larger(form, media_type):
    assert drawn(picturing.page(kept(picture(form, (800, 400)), media_type), 1, picturing.SMALL))[1] == (
        160,
        80,
    )
    assert drawn(picturing.page(kept(picture(form, (40, 30)), media_type), 1, picturing.LARGE))[1] == (40, 30)


def test_what_can_be_seen_through_lies_on_white():
    target = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(target, "PNG")
    with Image.open(io.BytesIO(picturing.page(kept(target.getvalue(), picturing.PNG), 1, 160))) as opened:
        assert min(opened.getpixel((25, 25))) > 250


def test_hostile_bytes_have_no_picture():
    with pytest.raises(picturing.NoPicture):
        picturing.page(kept(_deep_arrays(), picturing.PDF), 1, picturing.SMALL)


def test_is_drawn_once_and_again_when_the_folder_was_emptied(monkeypatch):
    file = kept(of_pages((595, 842)), picturing.PDF)
    first = picturing.page(file, 1, picturing.SMALL)
    monkeypatch.setattr(picturing.bounded, "read", lambda *_a, **_g: pytest.fail("drawn again"))
    assert picturing.page(file, 1, picturing.SMALL) == first
    monkeypatch.undo()
    shutil.rmtree(Path(picturing._folder()))
    assert picturing.page(file, 1, picturing.SMALL) == first


def test_a_workbook_is_shown_as_text():
    shown = picturing.sheet(kept(workbook(), picturing.XLSX))
    assert (shown.rows, shown.is_whole) == ([["Dy 2.5 %"]], True)


def test_a_long_workbook_is_cut_and_says_so():
    import openpyxl

    book, target = openpyxl.Workbook(), io.BytesIO()
    for number in range(picturing.MOST_ROWS + 5):
        book.active.append([number])
    book.save(target)
    shown = picturing.sheet(kept(target.getvalue(), picturing.XLSX))
    assert (len(shown.rows), shown.is_whole) == (picturing.MOST_ROWS, False)
