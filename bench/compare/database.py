"""A PostgreSQL server of its own on a free port, with a database for each corpus: the tables of Alfresco that a backup reads, and a row for every file."""
import glob, os, signal, socket, subprocess, time

# As Alfresco creates them, without what no backup looks at.
SCHEMA = """
CREATE TABLE alf_transaction (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, change_txn_id VARCHAR(56) NOT NULL, commit_time_ms BIGINT);
CREATE TABLE alf_content_url (id BIGINT PRIMARY KEY, content_url VARCHAR(255) NOT NULL, content_url_short VARCHAR(12) NOT NULL, content_url_crc BIGINT NOT NULL,
  content_size BIGINT NOT NULL, orphan_time BIGINT);
CREATE UNIQUE INDEX idx_alf_conturl_cr ON alf_content_url (content_url_short, content_url_crc);
CREATE TABLE alf_content_data (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, content_url_id BIGINT REFERENCES alf_content_url (id), content_mimetype_id BIGINT,
  content_encoding_id BIGINT, content_locale_id BIGINT);
CREATE INDEX fk_alf_cont_url ON alf_content_data (content_url_id);
CREATE TABLE alf_node (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, store_id BIGINT NOT NULL, uuid VARCHAR(36) NOT NULL, transaction_id BIGINT NOT NULL,
  type_qname_id BIGINT NOT NULL, locale_id BIGINT NOT NULL, audit_creator VARCHAR(255), audit_created VARCHAR(30));
CREATE TABLE alf_node_properties (node_id BIGINT NOT NULL, actual_type_n INTEGER NOT NULL, persisted_type_n INTEGER NOT NULL, long_value BIGINT,
  string_value VARCHAR(1024), qname_id BIGINT NOT NULL, list_index INTEGER NOT NULL, locale_id BIGINT NOT NULL, PRIMARY KEY (node_id, qname_id, list_index, locale_id));
"""

# The rows that go with content URLs from :first on; :rows properties for each.
ROWS = """
INSERT INTO alf_content_data SELECT id, 1, id, 1, 2, 3 FROM alf_content_url WHERE id >= {first};
INSERT INTO alf_node SELECT id, 1, 6, md5('node' || id)::uuid::text, id / 3 + 1, 51, 1, 'user' || id % 300, '2025-03-01T12:00:00.000Z' FROM alf_content_url WHERE id >= {first};
INSERT INTO alf_transaction SELECT DISTINCT id / 3 + 1, 1, md5('transaction' || id / 3)::uuid::text, 1735689600000 + id / 3 FROM alf_content_url WHERE id >= {first}
  ON CONFLICT DO NOTHING;
INSERT INTO alf_node_properties SELECT id, CASE q WHEN 1 THEN 21 ELSE 6 END, CASE q WHEN 1 THEN 3 ELSE 6 END, CASE q WHEN 1 THEN id END,
  CASE WHEN q > 1 THEN 'A title of document ' || md5(id || ' ' || q) || ' of department ' || id % 40 END, q, -1, 1
  FROM alf_content_url, generate_series(1, {rows}) AS q WHERE id >= {first};
"""


class Database:
    def __init__(self, work):
        self.data = os.path.join(work, "postgres")
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[-2]))
        if not found:
            raise SystemExit("PostgreSQL's server programs are missing: run eng/prerequisites")
        self.bin, self.port, self.server = found[-1], 0, None

    def start(self):
        if not os.path.isdir(self.data):
            owner = ["-o", "postgres", "-g", "postgres"] if os.geteuid() == 0 else []
            subprocess.run(["install", "-d", "-m", "700", *owner, self.data], check=True)
            initdb = self._account("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
            subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/")
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_wal_size=8GB", "maintenance_work_mem=256MB"]
        self.server = subprocess.Popen(self._account("postgres", "-D", self.data, *[part for option in options for part in ("-c", option)]),
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True)
        for _ in range(150):
            if self.server.poll() is not None:
                break
            if subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0:
                return
            time.sleep(0.2)
        raise SystemExit(f"PostgreSQL in {self.data} does not start")

    def stop(self):
        if self.server:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(60)

    def make(self, corpus):
        """A fresh copy of the corpus's database under its name; the one that it is copied from is kept."""
        kept = f"{corpus.name}_{corpus.files}_kept"
        if not self.psql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{kept}'"):
            self.psql("postgres", f"DROP DATABASE IF EXISTS draft")
            self.psql("postgres", f"CREATE DATABASE draft")
            self.psql("draft", SCHEMA)
            self._insert("draft", corpus, range(corpus.files))
            self.psql("draft", "VACUUM ANALYZE")
            self.psql("postgres", f"ALTER DATABASE draft RENAME TO {kept}")
        self.psql("postgres", f"DROP DATABASE IF EXISTS {corpus.name}")
        self.psql("postgres", f"CREATE DATABASE {corpus.name} TEMPLATE {kept}")

    def drop(self, corpus):
        self.psql("postgres", f"DROP DATABASE IF EXISTS {corpus.name}")

    def add(self, corpus, numbers):
        self._insert(corpus.name, corpus, numbers)

    def remove(self, corpus, numbers):
        if numbers:
            between = f"BETWEEN {numbers.start + 1} AND {numbers.stop}"
            self.psql(corpus.name, f"DELETE FROM alf_content_data WHERE content_url_id {between}; DELETE FROM alf_content_url WHERE id {between};"
                                   f" DELETE FROM alf_node WHERE id {between}; DELETE FROM alf_node_properties WHERE node_id {between}")

    def change_rows(self, corpus, generation):
        """One row in a hundred gets another value, spread over the table as edits of documents are."""
        self.psql(corpus.name, "UPDATE alf_node_properties SET string_value = 'Changed ' || md5(node_id || ' ' || qname_id || ' %d')"
                               " WHERE qname_id > 1 AND hashint8(node_id * 100 + qname_id + %d) %% 100 = 0" % (generation, generation))

    def url(self, corpus):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{corpus.name}"

    def psql(self, database, sql):
        done = subprocess.run(self._client(database) + ["-c", sql], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"psql {database}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _insert(self, database, corpus, numbers):
        copy = subprocess.Popen(self._client(database) + ["-c", "COPY alf_content_url FROM STDIN"], stdin=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL)
        for number in numbers:
            place = corpus.place(number)
            copy.stdin.write(f"{number + 1}\tstore://{place}\t{place[-12:]}\t{number}\t{corpus.size(number)}\t\\N\n")
        copy.stdin.close()
        if copy.wait():
            raise SystemExit(f"the rows of {corpus.name} could not be copied")
        self.psql(database, ROWS.format(first=numbers.start + 1, rows=corpus.rows))

    def _client(self, database):
        return [f"{self.bin}/psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-qtA"]

    def _account(self, program, *rest):
        drop = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        return ["setpriv", "--pdeathsig=INT", *drop, "--", f"{self.bin}/{program}", *rest]  # it ends with this process, however that ends
