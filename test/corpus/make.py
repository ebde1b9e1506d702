"""Makes the small files of this folder with the libraries that real programs use: pip install pillow==13.0.0 pillow-heif==1.8.1 av==18.1.0
It also needs javac. The files are in the repository; run it to add one."""
import gzip, io, os, struct, subprocess, sys, tarfile, tempfile, zipfile, zlib
from fractions import Fraction
import av, numpy, pillow_heif
from PIL import Image, PngImagePlugin

pillow_heif.register_heif_opener()
here = os.path.dirname(os.path.abspath(__file__))


def put(name, data):
    if isinstance(data, str):
        data = data.encode()
    if len(data) > 4096:
        print(name, len(data), "bytes: large")
    with open(os.path.join(here, name), "wb") as file:
        file.write(data)


def picture(mode="RGB", size=(16, 12)):
    image = Image.new("RGB", size)
    image.putdata([(x * 15, y * 20, (x + y) * 8) for y in range(size[1]) for x in range(size[0])])
    return image.convert(mode)


def gps():
    """Where, when and with what a picture was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Cameramaker", "Camera 7", 6
    exif[0x013B], exif[0x0132] = "Alice Author", "2026:11:20 09:40:05"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return exif


xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,31.2N"/></rdf:RDF></x:xmpmeta>'


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


# Pictures
put("rgb.png", saved(picture(), "PNG"))
put("palette.png", saved(picture("P"), "PNG"))
put("alpha.png", saved(picture("RGBA"), "PNG"))
put("grey16.png", saved(Image.new("I;16", (4, 4)), "PNG"))
text = PngImagePlugin.PngInfo()
text.add_text("Author", "Alice Author")
text.add_itxt("XML:com.adobe.xmp", xmp.decode())
text.add_text("Comment", "taken at 52.52 N", zip=True)
put("personal.png", saved(picture(), "PNG", pnginfo=text, exif=gps(), dpi=(300, 300)))
put("animated.png", saved(picture(), "PNG", save_all=True, append_images=[picture().rotate(180)], duration=100))
put("baseline.jpg", saved(picture(), "JPEG"))
put("progressive.jpg", saved(picture(), "JPEG", progressive=True))
put("grey.jpg", saved(picture("L"), "JPEG"))
put("cmyk.jpg", saved(picture("CMYK"), "JPEG"))
put("personal.jpg", saved(picture(), "JPEG", exif=gps(), comment=b"taken at 52.52 N", xmp=xmp))
iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", 12) + b"\x1c\x02\x50\0\x05Alice" + b"\0\0"
jpeg = saved(picture(), "JPEG", exif=gps())
put("iptc.jpg", jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + jpeg[2:])
# As phones append a second picture, with its own place, after the first.
put("two-pictures.jpg", saved(picture(), "MPO", save_all=True, append_images=[picture()], exif=gps()))
put("still.gif", saved(picture("P"), "GIF"))
put("animated.gif", saved(picture("P"), "GIF", save_all=True, append_images=[picture("L").rotate(180).convert("P")], duration=100, loop=0, comment=b"taken at 52.52 N"))
put("lossy.webp", saved(picture(), "WEBP"))
put("lossless.webp", saved(picture("RGBA"), "WEBP", lossless=True))
put("animated.webp", saved(picture(), "WEBP", save_all=True, append_images=[picture().rotate(180)], duration=100))
put("personal.webp", saved(picture(), "WEBP", exif=gps().tobytes(), xmp=xmp))
put("still.avif", saved(picture(), "AVIF"))
put("personal.avif", saved(picture(), "AVIF", exif=gps().tobytes(), xmp=xmp))
put("phone.heic", saved(picture(size=(64, 64)), "HEIF", quality=10))
heif = pillow_heif.from_pillow(picture(size=(64, 64)))
out = io.BytesIO()
heif.save(out, quality=10, exif=gps().tobytes(), xmp=xmp)
put("personal.heic", out.getvalue())
put("drawing.bmp", saved(picture("P"), "BMP"))
put("sign.ico", saved(picture(), "ICO", sizes=[(16, 12)]))
put("little.tiff", saved(picture(size=(4, 4)), "TIFF"))
put("big.tiff", saved(Image.new("I;16B", (4, 4)), "TIFF"))
put("scan.jp2", saved(picture(size=(8, 8)), "JPEG2000"))
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>\n'
put("plain.svg", svg)
put("declared.svg", '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!-- Created with Inkscape (http://www.inkscape.org/) -->\n\n' + svg)
put("doctype.svg", '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [\n  <!ENTITY ns_svg "http://www.w3.org/2000/svg">\n]>\n' + svg)
put("prefixed.svg", '<?xml version="1.0"?>\n<svg:svg xmlns:svg="http://www.w3.org/2000/svg"><svg:rect width="4" height="4"/></svg:svg>\n')
put("utf16.svg", ('\ufeff<?xml version="1.0" encoding="UTF-16"?>\n' + svg).encode("utf-16-le"))
put("script.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.domain)</script></svg>\n')

# Sound and film
def encode(name, format, codec, rate=None, size=None, frames=2, options=None, pixels="yuv420p", metadata=None, channels="mono"):
    path = os.path.join(tempfile.mkdtemp(), "file")
    with av.open(path, "w", format=format, options=options or {}) as out:
        out.metadata.update(metadata or {})
        if size:
            stream = out.add_stream(codec, rate=5)
            stream.width, stream.height, stream.pix_fmt = size[0], size[1], pixels
            for index in range(frames):
                frame = av.VideoFrame.from_image(picture(size=size)).reformat(format=pixels)
                frame.pts = index
                out.mux(stream.encode(frame))
        else:
            stream = out.add_stream(codec, rate=rate)
            stream.layout = channels
            samples = stream.codec_context.frame_size or 1024
            kind = stream.codec_context.format.name if stream.codec_context.format else "s16"
            resampler = av.AudioResampler(format=kind, layout=channels, rate=rate, frame_size=samples)
            wave = (numpy.sin(numpy.arange(samples * frames) / 20) * 8000).astype(numpy.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, 0
            for part in resampler.resample(frame) + resampler.resample(None):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    put(name, open(path, "rb").read())


def attempt(*args, **kwargs):
    try:
        encode(*args, **kwargs)
    except Exception as error:
        print(args[0], error)


attempt("voice.opus", "ogg", "libopus", 48000)
attempt("speex.oga", "ogg", "flac", 8000)
attempt("voice.webm", "webm", "libopus", 48000)
attempt("song.mp3", "mp3", "libmp3lame", 16000, metadata={"title": "Song"})
attempt("bare.mp3", "mp3", "libmp3lame", 16000, options={"id3v2_version": "0", "write_xing": "0"})
attempt("song.m4a", "ipod", "aac", 16000)
attempt("song.aac", "adts", "aac", 16000)
attempt("song.flac", "flac", "flac", 8000, frames=1)
attempt("song.wav", "wav", "pcm_s16le", 8000, frames=1)
attempt("song.aiff", "aiff", "pcm_s16be", 8000, frames=1)
attempt("call.amr", "amr", "libopencore_amrnb", 8000)
attempt("film.mp4", "mp4", "mpeg4", size=(32, 32))
attempt("film.mov", "mov", "mpeg4", size=(32, 32), metadata={"location": "+52.5200+013.4050/"})
attempt("film.3gp", "3gp", "h263", size=(128, 96))
attempt("film.webm", "webm", "libvpx", size=(32, 32))
attempt("film.mkv", "matroska", "mpeg4", size=(32, 32))
attempt("film.avi", "avi", "mpeg4", size=(32, 32), frames=1)
attempt("film.m2ts", "mpegts", "mpeg2video", size=(32, 32))
attempt("film.flv", "flv", "flv", size=(32, 32))
attempt("film.wmv", "asf", "msmpeg4v3", size=(32, 32), frames=1)

# Text
words = "Grüße an Ελένη und 太郎 👋\r\nzweite Zeile\r\n"
put("utf8.txt", words)
put("utf8-mark.txt", "\ufeff" + words)
put("utf16le.txt", ("\ufeff" + words).encode("utf-16-le"))
put("utf16be.txt", ("\ufeff" + words).encode("utf-16-be"))
put("utf16le-unmarked.txt", "Just some words from a program of Windows.\r\n".encode("utf-16-le"))
put("latin1.txt", "Grüße aus Köln\n".encode("latin-1"))
put("shift-jis.txt", "こんにちは世界、元気ですか\n".encode("shift_jis"))
put("car.txt", "BMW is a car, and GIF89a begins a picture.\n")
put("table.csv", "name;city\nAlice;Berlin\n")
put("table-utf16.csv", "\ufeffname\tcity\r\nΕλένη\tΑθήνα\r\n".encode("utf-16-le"))
put("notes.md", "# Notes\n\n- one\n")
put("page.html", "<!DOCTYPE html>\n<html><body><script>alert(document.domain)</script></body></html>\n")
put("page-utf16.html", "\ufeff<html><script>alert(document.domain)</script></html>".encode("utf-16-le"))
put("fragment.html", "<script>alert(document.domain)</script>")
put("commented.html", "<!-- PNG -->\n<html><script>alert(1)</script></html>")
put("program.js", "alert(document.domain);\n")
put("data.json", '{"a": [1, 2]}\n')
put("feed.xml", '<?xml version="1.0"?>\n<feed><entry/></feed>\n')
put("meeting.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n")
put("person.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Alice\r\nEND:VCARD\r\n")
put("letter.rtf", r"{\rtf1\ansi Hello\par}")
put("subtitles.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")

# Documents, archives and programs
pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
put("letter.pdf", pdf)
put("ascii.pdf", pdf.replace(b"%\xe2\xe3\xcf\xd3\n", b""))


def zipped(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


put("archive.zip", zipped({"a.txt": "hello"}))
put("letter.docx", zipped({"[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>', "word/document.xml": "<w:document/>"}))
put("letter.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office/>"}))
put("archive.gz", gzip.compress(b"hello", mtime=0))
out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w:bz2") as archive:
    archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
put("archive.tar.bz2", out.getvalue())
folder = tempfile.mkdtemp()
with open(os.path.join(folder, "Hello.java"), "w") as file:
    file.write("class Hello { public static void main(String[] a) { System.out.println(1); } }")
subprocess.run(["javac", "Hello.java"], cwd=folder, check=True)
put("Hello.class", open(os.path.join(folder, "Hello.class"), "rb").read())
with open(os.path.join(folder, "start.s"), "w") as file:
    file.write(".globl _start\n_start: mov $60, %eax\nxor %edi, %edi\nsyscall\n")
subprocess.run(["as", "start.s", "-o", "start.o"], cwd=folder, check=True)
put("program.o", open(os.path.join(folder, "start.o"), "rb").read())
import setuptools

# The head of a program for Windows: its launcher of setuptools.
put("program.exe", open(os.path.join(os.path.dirname(setuptools.__file__), "cli.exe"), "rb").read()[:1024])
