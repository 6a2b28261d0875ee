using System.Text;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Installations;

public sealed class InstallationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("abf-installation-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void An_installation_is_discovered_from_its_properties()
    {
        var root = MakeRoot("alf_data", "contentstore", "contentstore.deleted", "audit.contentstore", "keystore");
        InstallationOptions options = Options(
            $$"""
            dir.root={{root}}
            dir.keystore=${dir.root}/keystore
            db.host=db.example.org
            db.port=5433
            db.name=alf
            db.username=alfresco
            db.password=  p\u00e4ss=w:rd \ 
            db.url=jdbc:postgresql://${db.host}:${db.port}/${db.name}
            index.backup.cronExpression=0 30 2 ? * MON-FRI
            system.content.orphanProtectDays=30
            """
        );

        var found = Installation.Discover(options);

        Assert.Equal(
            ["contentstore", "contentstore.deleted", "audit.contentstore", "keystore"],
            found.Roots.Select(r => r.Name)
        );
        Assert.All(found.Roots, r => Assert.Equal(Path.Combine(root, r.Name), r.Path));
        Assert.Equal(
            ("PostgreSQL", "db.example.org", 5433, "alf", "alfresco"),
            (
                found.Database.Vendor.Name,
                found.Database.Host,
                found.Database.Port,
                found.Database.Database,
                found.Database.Username
            )
        );
        Assert.Equal("päss=w:rd  ", found.Database.Password!.Reveal());
        Assert.Equal(Path.Combine(root, "backup-lucene-indexes"), found.Index!.Path);
        Assert.Equal("0 30 2 ? * MON-FRI", found.Index.Schedule.Expression);
        Assert.Equal(30, found.OrphanProtectDays);
        Assert.Empty(found.Warnings);
        found.CheckRoots(acceptEmpty: false);
    }

    [Fact]
    public void Without_properties_root_and_database_are_enough()
    {
        var root = MakeRoot("alf_data", "contentstore");
        var options = new InstallationOptions { Name = "acme", Root = root };
        options.Database.Url = "jdbc:mariadb://db/alfresco";
        options.Database.Username = "abf";

        var found = Installation.Discover(options);

        Assert.Equal(["contentstore"], found.Roots.Select(r => r.Name));
        Assert.Equal("MariaDB", found.Database.Vendor.Name);
        Assert.Null(found.Database.Password);
        Assert.Equal(14, found.OrphanProtectDays);
        Assert.Equal(SearchIndexSchedule.Default, found.Index!.Schedule.Expression);
    }

    [Fact]
    public void Options_override_properties_and_are_expanded_into_them()
    {
        MakeRoot("real", "contentstore");
        var other = MakeRoot("other", "x");
        InstallationOptions options = Options(
            """
            dir.root=/nowhere
            dir.contentstore=${dir.root}/contentstore
            db.url=jdbc:oracle:thin:@//db/alf
            """
        );
        options.Root = Path.Combine(_directory, "real");
        options.Content.Deleted = other;
        options.Database.Url = "jdbc:mysql://db/alfresco";
        options.Database.Username = "u";
        options.TimeZone = "Europe/Zurich";
        options.Index.Kind = "none";

        var found = Installation.Discover(options);

        Assert.Equal([Path.Combine(_directory, "real", "contentstore"), other], found.Roots.Select(r => r.Path));
        Assert.Equal("Europe/Zurich", found.TimeZone.Id);
        Assert.Null(found.Index);
    }

    [Theory]
    [InlineData("Europe/Zurich")]
    [InlineData("W. Europe Standard Time")]
    public void A_time_zone_is_named_by_its_IANA_or_its_Windows_id(string id)
    {
        MakeRoot("data", "contentstore");
        InstallationOptions options = Options("dir.root=/nowhere");
        options.Root = Path.Combine(_directory, "data");
        options.Database.Url = "jdbc:postgresql://db/alfresco";
        options.Database.Username = "u";
        options.Index.Kind = "none";
        options.TimeZone = id;

        var found = Installation.Discover(options);

        Assert.Equal(
            TimeSpan.FromHours(2),
            found.TimeZone.GetUtcOffset(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero))
        );
    }

    [Fact]
    public void Every_fault_is_said_at_once_one_per_line()
    {
        InstallationOptions options = Options(
            """
            dir.root=./alf_data
            db.url=jdbc:sqlserver://db;databaseName=alf
            db.username=u
            db.password=ENC(abcdef)
            dir.contentstore=${dir.volume}/contentstore
            dir.contentstore.deleted=${a}
            a=${b}
            b=x${a}
            index.backup.cronExpression=0 0 25 * * ?
            system.content.orphanProtectDays=two weeks
            """
        );
        options.TimeZone = "Mars/Olympus";

        PermanentException fault = Assert.Throws<PermanentException>(() => Installation.Discover(options));

        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        var lines = fault.Message.Split('\n');
        AssertOne(lines, "./alf_data", "installation.root");
        AssertOne(lines, "sqlserver", "not supported");
        AssertOne(lines, "db.password is encrypted", "installation.database.passwordFile");
        AssertOne(lines, "${dir.volume}", "dir.contentstore ");
        AssertOne(lines, "${a} -> ${b} -> ${a}", "dir.contentstore.deleted");
        AssertOne(lines, "index.backup.cronExpression", "0 0 25 * * ?");
        AssertOne(lines, "two weeks");
        AssertOne(lines, "Mars/Olympus");
        Assert.Equal(8, lines.Length);
        Assert.DoesNotContain("abcdef", fault.Message);
    }

    [Fact]
    public void A_missing_properties_file_is_one_fault_and_not_many()
    {
        var options = new InstallationOptions
        {
            Name = "acme",
            GlobalProperties = Path.Combine(_directory, "none.properties"),
        };
        PermanentException fault = Assert.Throws<PermanentException>(() => Installation.Discover(options));
        Assert.Single(fault.Message.Split('\n'));
        Assert.Contains("none.properties", fault.Message);
    }

    [Fact]
    public void A_password_file_wins_over_an_encrypted_password_and_a_variable_over_both()
    {
        MakeRoot("alf_data", "contentstore");
        InstallationOptions options = Options(
            $"""
            dir.root={Path.Combine(_directory, "alf_data")}
            db.url=jdbc:postgresql://localhost/alfresco
            db.username=u
            db.password=ENC(xyz)
            """
        );
        options.Database.PasswordFile = Path.Combine(_directory, "password");
        File.WriteAllText(options.Database.PasswordFile, "from file\n");

        Assert.Equal("from file", Installation.Discover(options).Database.Password!.Reveal());

        options.Database.Password = new Secret("from a variable");
        Assert.Equal("from a variable", Installation.Discover(options).Database.Password!.Reveal());
    }

    [Fact]
    public void Directories_that_lie_in_one_another_are_refused()
    {
        var root = MakeRoot("alf_data", "contentstore", "contentstore/deleted");
        InstallationOptions options = Options(
            $"dir.root={root}\ndir.contentstore.deleted={root}/contentstore/deleted\ndb.url=jdbc:mysql://h/d\n"
        );
        options.Content.Stores["extra"] = root + "/contentstore/";
        Directory.CreateSymbolicLink(Path.Combine(_directory, "link"), Path.Combine(root, "contentstore"));
        options.Content.Audit = Path.Combine(_directory, "link");

        var lines = Assert.Throws<PermanentException>(() => Installation.Discover(options)).Message.Split('\n');

        AssertOne(lines, "installation.content.stores.extra are the same directory", "dir.contentstore ");
        AssertOne(lines, "dir.contentstore '", "dir.contentstore.deleted '", "lie in one another");
        AssertOne(lines, "dir.contentstore and installation.content.audit are the same directory");
    }

    [Fact]
    public void The_live_index_is_refused_by_its_place()
    {
        var root = MakeRoot("alf_data", "contentstore");
        foreach (var path in new[] { "lucene-indexes", "lucene-indexes/workspace", "." })
        {
            InstallationOptions options = Options($"dir.root={root}\ndb.url=jdbc:mysql://h/d\n");
            options.Index.Path = Path.Combine(root, path);
            PermanentException fault = Assert.Throws<PermanentException>(() => Installation.Discover(options));
            Assert.Contains("live index", fault.Message);
        }
    }

    [Fact]
    public void A_missing_or_empty_content_store_is_a_fault_of_the_source()
    {
        var root = MakeRoot("alf_data");
        var found = Installation.Discover(Options($"dir.root={root}\ndb.url=jdbc:mysql://h/d\n"));
        PermanentException missing = Assert.Throws<PermanentException>(() => found.CheckRoots(acceptEmpty: false));
        Directory.CreateDirectory(Path.Combine(root, "contentstore"));
        PermanentException empty = Assert.Throws<PermanentException>(() => found.CheckRoots(acceptEmpty: false));

        Assert.Equal((ErrorKind.Source, ErrorKind.Source), (missing.Kind, empty.Kind));
        Assert.Contains(Path.Combine(root, "contentstore"), missing.Message);
        Assert.Contains("is empty", empty.Message);
    }

    [Fact]
    public void Eager_cleanup_is_a_warning()
    {
        var root = MakeRoot("alf_data", "contentstore");
        var found = Installation.Discover(
            Options($"dir.root={root}\ndb.url=jdbc:mysql://h/d\nsystem.content.eagerOrphanCleanup=true\n")
        );
        AssertOne([.. found.Warnings], "eagerOrphanCleanup");
    }

    [Fact]
    public void Keystores_that_properties_name_by_themselves_are_captured_and_absent_ones_are_said()
    {
        var root = MakeRoot("alf_data", "contentstore", "contentstore.deleted", "keystore");
        var keys = MakeRoot("keys");
        string[] files = [Path.Combine(keys, "keystore"), Path.Combine(keys, "passwords"), Path.Combine(keys, "trust")];
        Array.ForEach(files, file => File.WriteAllText(file, "x"));
        File.WriteAllText(Path.Combine(root, "keystore", "ssl.truststore"), "x");

        var found = Installation.Discover(
            Options(
                $$"""
                dir.root={{root}}
                dir.keystore=${dir.root}/keystore
                db.url=jdbc:mysql://h/d
                keys={{keys}}
                encryption.keystore.location=${keys}/keystore
                encryption.keystore.keyMetaData.location=file:${keys}/passwords
                encryption.keystore.backup.location=${keys}/backup-keystore
                encryption.ssl.keystore.location=classpath:alfresco/keystore/ssl.keystore
                encryption.ssl.keystore.type=JCEKS
                encryption.ssl.truststore.location=${dir.keystore}/ssl.truststore
                encryption.mtls.keystore.location=${catalina.base}/mtls.keystore
                metadata-keystore.location=${dir.keystore}/gone
                identity-service.truststore={{keys}}/trust
                """
            )
        );

        Assert.Equal(
            [Path.Combine(_directory, "alfresco-global.properties"), Path.Combine(keys, "backup-keystore"), .. files],
            found.Configuration.Select(file => file.Path).Order(StringComparer.Ordinal)
        );
        string[] warnings = [.. found.Warnings];
        Assert.Equal(3, warnings.Length);
        AssertOne(warnings, "metadata-keystore.location", $"'{Path.Combine(root, "keystore", "gone")}' does not exist");
        AssertOne(warnings, "encryption.keystore.backup.location", "does not exist");
        AssertOne(warnings, "encryption.mtls.keystore.location", "${catalina.base}");
    }

    [Theory]
    [InlineData("", "dir.keystore 'classpath:alfresco/keystore' lies inside the program")]
    [InlineData("dir.keystore=/nowhere/keys\n", "dir.keystore '/nowhere/keys' is not a directory")]
    [InlineData("encryption.keystore.location=classpath:alfresco/keystore/k\n", "no keystore is captured")]
    public void No_keystore_is_said(string properties, string says)
    {
        var root = MakeRoot("alf_data", "contentstore", "contentstore.deleted");

        var found = Installation.Discover(Options($"dir.root={root}\ndb.url=jdbc:mysql://h/d\n{properties}"));

        Assert.Contains(says, Assert.Single(found.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_files_must_exist_and_hold_no_content()
    {
        var root = MakeRoot("alf_data", "contentstore");
        InstallationOptions options = Options($"dir.root={root}\ndb.url=jdbc:mysql://h/d\n");
        options.ConfigurationFiles =
        [
            "",
            Path.Combine(_directory, "absent.xml"),
            _directory,
            Path.Combine(root, "contentstore"),
        ];

        PermanentException fault = Assert.Throws<PermanentException>(() => Installation.Discover(options));

        var lines = fault.Message.Split('\n');
        Assert.Equal(4, lines.Length);
        AssertOne(lines, "installation.configurationFiles ''", "not an absolute path");
        AssertOne(lines, "absent.xml'", "does not exist");
        AssertOne(lines, $"installation.configurationFiles '{_directory}'", "lie in one another");
        AssertOne(
            lines,
            $"installation.configurationFiles '{Path.Combine(root, "contentstore")}'",
            "lie in one another"
        );
    }

    [Theory]
    [InlineData("index.subsystem.name=solr6", "index.subsystem.name is 'solr6'")]
    [InlineData("solr.host=search", "solr.host is set")]
    [InlineData("index.subsystem.name=lucene\nsolr.host=search", null)]
    [InlineData("index.recovery.mode=AUTO", null)]
    public void Properties_that_name_another_index_than_Lucenes_are_remembered(string properties, string? other)
    {
        var root = MakeRoot("alf_data", "contentstore");

        var found = Installation.Discover(Options($"dir.root={root}\ndb.url=jdbc:mysql://h/d\n{properties}\n"));

        Assert.Equal(other, found.Index!.OtherSubsystem);
    }

    [Fact]
    public void The_keystore_is_a_directory_or_the_one_beneath_the_root_or_none()
    {
        var root = MakeRoot("alf_data", "contentstore", "keystore");
        var elsewhere = MakeRoot("keys", "k");
        string? Keystore(string value) =>
            Installation
                .Discover(Options($"dir.root={root}\ndir.keystore={value}\ndb.url=jdbc:mysql://h/d\n"))
                .Roots.SingleOrDefault(r => r.Name == "keystore")
                ?.Path;

        Assert.Equal(elsewhere, Keystore(elsewhere));
        Assert.Equal(Path.Combine(root, "keystore"), Keystore("classpath:alfresco/keystore"));
        Directory.Delete(Path.Combine(root, "keystore"), recursive: true);
        Assert.Null(Keystore("classpath:alfresco/keystore"));
    }

    [Fact]
    public void The_fingerprint_tells_databases_and_roots_apart_and_nothing_else()
    {
        var one = MakeRoot("one", "contentstore");
        var two = MakeRoot("two", "contentstore");
        string Print(string root, string url, string password = "x") =>
            Installation.Discover(Options($"dir.root={root}\ndb.url={url}\ndb.password={password}\n")).Fingerprint;

        var print = Print(one, "jdbc:mysql://h/d");
        Assert.Matches("^[0-9a-f]{32}$", print);
        Assert.Equal(print, Print(one + "/", "jdbc:mariadb://H:3306/d?useSSL=true", "y"));
        Assert.NotEqual(print, Print(two, "jdbc:mysql://h/d"));
        Assert.NotEqual(print, Print(one, "jdbc:mysql://h/e"));
        Assert.NotEqual(print, Print(one, "jdbc:postgresql://h:3306/d"));
    }

    private static void AssertOne(string[] lines, params string[] parts) =>
        Assert.Single(lines, line => parts.All(part => line.Contains(part, StringComparison.Ordinal)));

    private string MakeRoot(string name, params string[] directories)
    {
        var root = Path.Combine(_directory, name);
        Directory.CreateDirectory(root);
        foreach (var directory in directories)
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
            File.WriteAllText(Path.Combine(root, directory, "file"), "x");
        }

        return root;
    }

    private InstallationOptions Options(string properties)
    {
        var path = Path.Combine(_directory, "alfresco-global.properties");
        File.WriteAllText(path, properties, Encoding.Latin1);
        return new InstallationOptions { Name = "acme", GlobalProperties = path };
    }
}
