namespace AlfrescoBackupFlows.Testing.Sample;

/// <summary>
/// The tables of an Alfresco repository that a backup meets, shaped as Alfresco 5 to 23 creates them: names, column
/// order, types, keys and the circle between <c>alf_store</c> and <c>alf_node</c>. Written once; the few words in which
/// the vendors differ are replaced.
/// </summary>
public static class AlfrescoSchema
{
    /// <summary>The tables whose ids PostgreSQL draws from a sequence.</summary>
    private static readonly string[] Sequences =
    [
        "alf_namespace",
        "alf_qname",
        "alf_locale",
        "alf_mimetype",
        "alf_encoding",
        "alf_content_url",
        "alf_content_data",
        "alf_transaction",
        "alf_store",
        "alf_node",
        "alf_child_assoc",
        "alf_lock_resource",
        "alf_lock",
    ];

    private const string Tables = """
        CREATE TABLE alf_applied_patch (id VARCHAR(64) NOT NULL, description VARCHAR(1024), applied_to_schema INTEGER, applied_on_date TIMESTAMP NULL, succeeded BOOLEAN, report VARCHAR(1024), PRIMARY KEY (id))END
        CREATE TABLE alf_namespace (ID, version BIGINT NOT NULL, uri VARCHAR(100) NOT NULL, PRIMARY KEY (id))END
        CREATE UNIQUE INDEX uri ON alf_namespace (uri);
        CREATE TABLE alf_qname (ID, version BIGINT NOT NULL, ns_id BIGINT NOT NULL, local_name VARCHAR(200) NOT NULL, CONSTRAINT fk_alf_qname_ns FOREIGN KEY (ns_id) REFERENCES alf_namespace (id), PRIMARY KEY (id))END
        CREATE UNIQUE INDEX ns_id ON alf_qname (ns_id, local_name);
        CREATE TABLE alf_locale (ID, version BIGINT NOT NULL, locale_str VARCHAR(20) NOT NULL, PRIMARY KEY (id))END
        CREATE UNIQUE INDEX locale_str ON alf_locale (locale_str);
        CREATE TABLE alf_mimetype (ID, version BIGINT NOT NULL, mimetype_str VARCHAR(100) NOT NULL, PRIMARY KEY (id), UNIQUE (mimetype_str))END
        CREATE TABLE alf_encoding (ID, version BIGINT NOT NULL, encoding_str VARCHAR(100) NOT NULL, PRIMARY KEY (id), UNIQUE (encoding_str))END
        CREATE TABLE alf_content_url (ID, content_url VARCHAR(255) NOT NULL, content_url_short VARCHAR(12) NOT NULL, content_url_crc BIGINT NOT NULL, content_size BIGINT NOT NULL, orphan_time BIGINT NULL, PRIMARY KEY (id))END
        CREATE UNIQUE INDEX idx_alf_conturl_cr ON alf_content_url (content_url_short, content_url_crc);
        CREATE INDEX idx_alf_conturl_ot ON alf_content_url (orphan_time);
        CREATE INDEX idx_alf_conturl_sz ON alf_content_url (content_size, id);
        CREATE TABLE alf_content_data (ID, version BIGINT NOT NULL, content_url_id BIGINT NULL, content_mimetype_id BIGINT NULL, content_encoding_id BIGINT NULL, content_locale_id BIGINT NULL, CONSTRAINT fk_alf_cont_url FOREIGN KEY (content_url_id) REFERENCES alf_content_url (id), CONSTRAINT fk_alf_cont_mim FOREIGN KEY (content_mimetype_id) REFERENCES alf_mimetype (id), CONSTRAINT fk_alf_cont_enc FOREIGN KEY (content_encoding_id) REFERENCES alf_encoding (id), CONSTRAINT fk_alf_cont_loc FOREIGN KEY (content_locale_id) REFERENCES alf_locale (id), PRIMARY KEY (id))END
        CREATE TABLE alf_transaction (ID, version BIGINT NOT NULL, change_txn_id VARCHAR(56) NOT NULL, commit_time_ms BIGINT, PRIMARY KEY (id))END
        CREATE INDEX idx_alf_txn_ctms ON alf_transaction (commit_time_ms, id);
        CREATE TABLE alf_store (ID, version BIGINT NOT NULL, protocol VARCHAR(50) NOT NULL, identifier VARCHAR(100) NOT NULL, root_node_id BIGINT, PRIMARY KEY (id))END
        CREATE UNIQUE INDEX protocol ON alf_store (protocol, identifier);
        CREATE TABLE alf_node (ID, version BIGINT NOT NULL, store_id BIGINT NOT NULL, uuid VARCHAR(36) NOT NULL, transaction_id BIGINT NOT NULL, type_qname_id BIGINT NOT NULL, locale_id BIGINT NOT NULL, acl_id BIGINT, audit_creator VARCHAR(255), audit_created VARCHAR(30), audit_modifier VARCHAR(255), audit_modified VARCHAR(30), audit_accessed VARCHAR(30), CONSTRAINT fk_alf_node_store FOREIGN KEY (store_id) REFERENCES alf_store (id), CONSTRAINT fk_alf_node_tqn FOREIGN KEY (type_qname_id) REFERENCES alf_qname (id), CONSTRAINT fk_alf_node_txn FOREIGN KEY (transaction_id) REFERENCES alf_transaction (id), CONSTRAINT fk_alf_node_loc FOREIGN KEY (locale_id) REFERENCES alf_locale (id), PRIMARY KEY (id))END
        CREATE UNIQUE INDEX store_id ON alf_node (store_id, uuid);
        CREATE INDEX idx_alf_node_txn_type ON alf_node (transaction_id, type_qname_id);
        ALTER TABLE alf_store ADD CONSTRAINT fk_alf_store_root FOREIGN KEY (root_node_id) REFERENCES alf_node (id);
        CREATE TABLE alf_child_assoc (ID, version BIGINT NOT NULL, parent_node_id BIGINT NOT NULL, type_qname_id BIGINT NOT NULL, child_node_name_crc BIGINT NOT NULL, child_node_name VARCHAR(50) NOT NULL, child_node_id BIGINT NOT NULL, qname_ns_id BIGINT NOT NULL, qname_localname VARCHAR(255) NOT NULL, qname_crc BIGINT NOT NULL, is_primary BOOLEAN, assoc_index INTEGER, CONSTRAINT fk_alf_cass_cnode FOREIGN KEY (child_node_id) REFERENCES alf_node (id), CONSTRAINT fk_alf_cass_pnode FOREIGN KEY (parent_node_id) REFERENCES alf_node (id), PRIMARY KEY (id))END
        CREATE TABLE alf_node_aspects (node_id BIGINT NOT NULL, qname_id BIGINT NOT NULL, PRIMARY KEY (node_id, qname_id), CONSTRAINT fk_alf_nasp_n FOREIGN KEY (node_id) REFERENCES alf_node (id), CONSTRAINT fk_alf_nasp_qn FOREIGN KEY (qname_id) REFERENCES alf_qname (id))END
        CREATE TABLE alf_node_properties (node_id BIGINT NOT NULL, actual_type_n INTEGER NOT NULL, persisted_type_n INTEGER NOT NULL, boolean_value BOOLEAN, long_value BIGINT, float_value FLOAT4, double_value FLOAT8, string_value VARCHAR(1024), serializable_value BLOB, qname_id BIGINT NOT NULL, list_index INTEGER NOT NULL, locale_id BIGINT NOT NULL, PRIMARY KEY (node_id, qname_id, list_index, locale_id), CONSTRAINT fk_alf_nprop_loc FOREIGN KEY (locale_id) REFERENCES alf_locale (id), CONSTRAINT fk_alf_nprop_n FOREIGN KEY (node_id) REFERENCES alf_node (id), CONSTRAINT fk_alf_nprop_qn FOREIGN KEY (qname_id) REFERENCES alf_qname (id))END
        CREATE TABLE alf_lock_resource (ID, version BIGINT NOT NULL, qname_ns_id BIGINT NOT NULL, qname_localname VARCHAR(255) NOT NULL, CONSTRAINT fk_alf_lockr_ns FOREIGN KEY (qname_ns_id) REFERENCES alf_namespace (id), PRIMARY KEY (id))END
        CREATE UNIQUE INDEX idx_alf_lockr_key ON alf_lock_resource (qname_ns_id, qname_localname);
        CREATE TABLE alf_lock (ID, version BIGINT NOT NULL, shared_resource_id BIGINT NOT NULL, excl_resource_id BIGINT NOT NULL, lock_token VARCHAR(36) NOT NULL, start_time BIGINT NOT NULL, expiry_time BIGINT NOT NULL, CONSTRAINT fk_alf_lock_shared FOREIGN KEY (shared_resource_id) REFERENCES alf_lock_resource (id), CONSTRAINT fk_alf_lock_excl FOREIGN KEY (excl_resource_id) REFERENCES alf_lock_resource (id), PRIMARY KEY (id))END
        CREATE UNIQUE INDEX idx_alf_lock_key ON alf_lock (shared_resource_id, excl_resource_id);
        CREATE TABLE alf_tenant (tenant_domain VARCHAR(75) NOT NULL, version BIGINT NOT NULL, enabled BOOLEAN NOT NULL, tenant_name VARCHAR(75), content_root VARCHAR(255), db_url VARCHAR(255), PRIMARY KEY (tenant_domain))END
        """;

    private const string Seed = """
        INSERT INTO alf_namespace (id, version, uri) VALUES (1, 0, 'http://www.alfresco.org/model/content/1.0'), (2, 0, 'http://www.alfresco.org/model/system/1.0'), (3, 0, '');
        INSERT INTO alf_qname (id, version, ns_id, local_name) VALUES (1, 0, 1, 'content'), (2, 0, 1, 'name'), (3, 0, 1, 'folder'), (4, 0, 1, 'titled'), (5, 0, 1, 'contains'), (6, 0, 2, 'store_root');
        INSERT INTO alf_locale (id, version, locale_str) VALUES (1, 0, '.default'), (2, 0, 'en_US_');
        INSERT INTO alf_mimetype (id, version, mimetype_str) VALUES (1, 0, 'application/pdf'), (2, 0, 'text/plain');
        INSERT INTO alf_encoding (id, version, encoding_str) VALUES (1, 0, 'utf-8');
        INSERT INTO alf_transaction (id, version, change_txn_id, commit_time_ms) VALUES (1, 1, '00000000-0000-0000-0000-000000000001', 1700000000000);
        INSERT INTO alf_store (id, version, protocol, identifier, root_node_id) VALUES (1, 1, 'workspace', 'SpacesStore', NULL), (2, 1, 'archive', 'SpacesStore', NULL);
        INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id, audit_creator) VALUES (1, 1, 1, '00000000-0000-0000-0000-00000000000a', 1, 6, 1, 'System');
        UPDATE alf_store SET root_node_id = 1 WHERE id = 1;
        INSERT INTO alf_lock_resource (id, version, qname_ns_id, qname_localname) VALUES (1, 0, 3, 'contentstorecleaner');
        INSERT INTO alf_lock (id, version, shared_resource_id, excl_resource_id, lock_token, start_time, expiry_time) VALUES (1, 1, 1, 1, 'not-locked', 0, 0);
        """;

    /// <summary>Creates the tables and the rows that every repository has, on an empty PostgreSQL database.</summary>
    public static string PostgreSql { get; } =
        string.Concat(Sequences.Select(static table => $"CREATE SEQUENCE {table}_seq START WITH 100 INCREMENT BY 1;\n"))
        + Tables
            .Replace("(ID,", "(id BIGINT NOT NULL,", StringComparison.Ordinal)
            .Replace(" BLOB,", " BYTEA,", StringComparison.Ordinal)
            .Replace("END", ";", StringComparison.Ordinal)
        + "\n"
        + Seed;

    /// <summary>Creates the same on an empty MySQL or MariaDB database.</summary>
    public static string MariaDb { get; } =
        Tables
            .Replace("(ID,", "(id BIGINT NOT NULL AUTO_INCREMENT,", StringComparison.Ordinal)
            .Replace(" BOOLEAN", " BIT", StringComparison.Ordinal)
            .Replace(" FLOAT4", " FLOAT", StringComparison.Ordinal)
            .Replace(" FLOAT8", " DOUBLE", StringComparison.Ordinal)
            .Replace(
                " VARCHAR(1024), serializable_value",
                " VARCHAR(512), serializable_value",
                StringComparison.Ordinal
            )
            .Replace("END", " ENGINE=InnoDB;", StringComparison.Ordinal)
        + "\n"
        + Seed;

    /// <summary>The web content table of versions before 5.0, reduced to what a backup reads; the same words on every
    /// vendor.</summary>
    public const string AvmNodes =
        "CREATE TABLE avm_nodes (id BIGINT NOT NULL, class_type VARCHAR(20) NOT NULL, content_url VARCHAR(128), length BIGINT, PRIMARY KEY (id));";
}
