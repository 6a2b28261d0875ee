-- What a backup asks of Alfresco's database, and three documents in it.
CREATE TABLE alf_content_url (id BIGINT PRIMARY KEY, content_url VARCHAR(255) NOT NULL, content_url_short VARCHAR(12) NOT NULL, content_url_crc BIGINT NOT NULL, content_size BIGINT NOT NULL, orphan_time BIGINT);
CREATE TABLE alf_content_data (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, content_url_id BIGINT REFERENCES alf_content_url (id), content_mimetype_id BIGINT, content_encoding_id BIGINT, content_locale_id BIGINT);
CREATE TABLE alf_node (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, store_id BIGINT NOT NULL, uuid VARCHAR(36) NOT NULL);
CREATE TABLE alf_transaction (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, change_txn_id VARCHAR(56) NOT NULL, commit_time_ms BIGINT);
INSERT INTO alf_transaction VALUES (1, 1, '00000000-0000-0000-0000-000000000001', 1700000000000);
INSERT INTO alf_node VALUES (1, 1, 1, '00000000-0000-0000-0000-00000000000a');
INSERT INTO alf_content_url VALUES
  (1, 'store://2024/11/3/8/15/1.bin', '1.bin', 1, 10, NULL),
  (2, 'store://2024/11/3/8/15/2.bin', '2.bin', 2, 10, NULL),
  (3, 'store://2024/11/3/8/15/3.bin', '3.bin', 3, 10, NULL);
INSERT INTO alf_content_data (id, version, content_url_id) VALUES (1, 0, 1), (2, 0, 2), (3, 0, 3);
