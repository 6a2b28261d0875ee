"""Where repositories lie: a directory, or Azurite. A store gives each repository a fresh place, and tells its size and the requests that it was asked."""
import base64, collections, email.utils, hashlib, hmac, os, re, shutil, signal, socket, subprocess, time, urllib.parse, urllib.request
import xml.etree.ElementTree as xml

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # published, of every Azurite
DUMP_PACK = 6  # docs/repository-format.md, "Sealed objects"
PORT = 10000  # restic and rclone look for the emulator nowhere else


class DirectoryStore:
    name = "directory"

    def __init__(self, work):
        self.work = os.path.join(work, "stores")

    def start(self):
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def stop(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def fresh(self, tool):
        path = os.path.join(self.work, tool)
        shutil.rmtree(path, ignore_errors=True)
        return path

    def size(self, place):
        return sum(os.lstat(os.path.join(directory, file)).st_size for directory, _, files in os.walk(place) for file in files)

    def size_of_dumps(self, place):
        """Of an abf repository: bytes of the packs that say in their header, in the clear, that they hold a dump."""
        dumps = 0
        for directory, _, files in os.walk(os.path.join(place, "packs")):
            for file in files:
                with open(os.path.join(directory, file), "rb") as pack:
                    dumps += os.fstat(pack.fileno()).st_size if pack.read(6)[5] == DUMP_PACK else 0
        return dumps

    def mark(self):
        pass

    def requests(self):
        """Requests by kind since the mark; None where nobody counts."""
        return None


class AzuriteStore:
    name = "azurite"

    def __init__(self, work):
        self.work, self.server, self.offset, self.places = os.path.join(work, "azurite"), None, 0, 0

    def start(self):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                raise SystemExit(f"port {PORT} is in use: restic and rclone look for Azurite there. End what listens on it, or say --store directory")
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        script = os.path.join(cache, "alfresco-backup-flows/azurite/node_modules/azurite/dist/src/blob/main.js")
        if not os.path.isfile(script):
            raise SystemExit(f"Azurite is not at {script}: run eng/prerequisites")
        self.log = os.path.join(self.work, "access.log")
        with open(self.log, "w") as log:
            self.server = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", "--", "node", script, "--blobHost", "127.0.0.1", "--blobPort", str(PORT), "--location", os.path.join(self.work, "blobs"),
                 "--skipApiVersionCheck", "--disableTelemetry"], stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                    return
            time.sleep(0.2)
        raise SystemExit(f"Azurite does not start: see {self.log}")

    def stop(self):
        if self.server:
            self.server.send_signal(signal.SIGTERM)
            try:
                self.server.wait(30)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
            self.server = None
        shutil.rmtree(self.work, ignore_errors=True)

    def fresh(self, tool):
        """A new container; its name."""
        self.places += 1
        container = f"{tool}-{self.places}"
        self._ask("PUT", container, {"restype": "container"})
        return container

    def size(self, place):
        total, marker = 0, ""
        while True:
            page = xml.fromstring(self._ask("GET", place, {"comp": "list", "marker": marker, "restype": "container"}).lstrip(b"\xef\xbb\xbf"))
            total += sum(int(length.text) for length in page.iter("Content-Length"))
            marker = page.findtext("NextMarker") or ""
            if not marker:
                return total

    def size_of_dumps(self, place):
        """Nobody looks into the emulator's files."""
        return None

    def mark(self):
        time.sleep(0.2)  # lines of the requests before
        self.offset = os.path.getsize(self.log)

    def requests(self):
        time.sleep(0.2)
        with open(self.log, errors="replace") as log:
            log.seek(self.offset)
            return dict(collections.Counter(kind_of(*found) for found in re.findall(r'"([A-Z]+) (\S+) HTTP/', log.read())))

    def _ask(self, method, container, query):
        date = email.utils.formatdate(usegmt=True)
        resource = f"/{ACCOUNT}/{ACCOUNT}/{container}" + "".join(f"\n{name}:{query[name]}" for name in sorted(query))
        text = f"{method}\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-10-04\n{resource}"
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/{ACCOUNT}/{container}?{urllib.parse.urlencode(query)}", method=method, headers={
            "x-ms-date": date, "x-ms-version": "2021-10-04", "Authorization": f"SharedKey {ACCOUNT}:{sign(text)}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()


def sign(text):
    return base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()


def signed_url():
    """The account with all rights, for whoever cannot be told of an emulator otherwise."""
    query = {"sp": "rwdlac", "ss": "b", "srt": "sco", "se": "2099-01-01T00:00:00Z", "sv": "2019-12-12"}
    query["sig"] = sign("\n".join([ACCOUNT, query["sp"], query["ss"], query["srt"], "", query["se"], "", "", query["sv"], ""]))
    return f"http://127.0.0.1:{PORT}/{ACCOUNT}?{urllib.parse.urlencode(query)}"


def kind_of(method, target):
    """What is billed apart: writes (whole blobs, blocks, lists of blocks), reads, listings, the rest."""
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(target).query))
    kinds = {("PUT", "block"): "put block", ("PUT", "blocklist"): "put block list", ("PUT", "lease"): "lease", ("GET", "list"): "list",
             ("PUT", None): "put", ("GET", None): "get", ("HEAD", None): "head", ("DELETE", None): "delete"}
    return kinds.get((method, query.get("comp")), f"{method.lower()} {query.get('comp')}")
