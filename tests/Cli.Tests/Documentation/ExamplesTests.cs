using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>Every example of a command that the pages have is typed, on one machine, in the order of its life.</summary>
[Trait("needs", "server")]
public sealed partial class ExamplesTests
{
    /// <summary>Pages whose examples build on those of others; the rest follow by name.</summary>
    private static readonly string[] Order =
    [
        "../README.md",
        "first-use.md",
        "one-document-back.md",
        "upgrade.md",
        "retention.md",
        "mirror.md",
        "drill.md",
        "verify.md",
        "monitoring.md",
        "lost-passphrase.md",
    ];

    /// <summary>What is not typed here, and why.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["install.md#Containers"] = "needs a container engine",
        ["install.md#First backup"] = nameof(RunbookTests),
        ["install.md#Every night: cron"] = "a line of cron",
        ["restore.md#1. Stop"] = nameof(RunbookTests),
        ["restore.md#2. Look"] = nameof(RunbookTests),
        ["restore.md#4. Restore"] = nameof(RunbookTests),
        ["restore.md#6. Start"] = nameof(RunbookTests),
        ["cloud.md#Deploy"] = "needs a subscription",
    };

    /// <summary>Findings are what some of the examples are about; <c>setup</c> is told where things are here.</summary>
    private const string Stubs = """
        less() { cat; }
        abf() {
            [ "$1" != setup ] || set -- "$@" --config "$machine/etc/abf/abf.json" --state "$machine/var/lib/abf" \
                --properties "$machine/opt/alfresco/tomcat/shared/classes/alfresco-global.properties"
            rc=0
            command abf "$@" || rc=$?
            case "$rc" in 0 | 3) ;; *) return "$rc" ;; esac
        }
        """;

    /// <summary>Company Home, a site with a document library, and a report in it.</summary>
    private const string Site = """
        INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id)
            SELECT id, 1, 1, 'folder-' || id, 1, 3, 1 FROM generate_series(50, 53) AS id;
        INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, string_value, qname_id, list_index, locale_id)
            VALUES (50, 6, 6, 'Company Home', 2, -1, 1), (51, 6, 6, 'Sites', 2, -1, 1), (52, 6, 6, 'finance', 2, -1, 1),
                   (53, 6, 6, 'documentLibrary', 2, -1, 1);
        UPDATE alf_node_properties SET string_value = 'report.pdf' WHERE node_id = 1000 AND qname_id = 2;
        UPDATE alf_node SET uuid = '00000000-0000-4000-8000-000000001388' WHERE id = 1000;
        INSERT INTO alf_child_assoc (id, version, parent_node_id, type_qname_id, child_node_name_crc, child_node_name, child_node_id,
                                     qname_ns_id, qname_localname, qname_crc, is_primary)
            VALUES (50, 1, 1, 5, 1, 'x', 50, 1, 'company_home', 1, true), (51, 1, 50, 5, 1, 'x', 51, 1, 'sites', 1, true),
                   (52, 1, 51, 5, 1, 'x', 52, 1, 'finance', 1, true), (53, 1, 52, 5, 1, 'x', 53, 1, 'documentLibrary', 1, true),
                   (1000, 1, 53, 5, 1, 'x', 1000, 1, 'report', 1, true);
        """;

    private const string Renamed =
        "UPDATE alf_node_properties SET string_value = 'final report.pdf' WHERE node_id = 1000 AND qname_id = 2";

    private const string MoveAside = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'alfresco' AND pid <> pg_backend_pid();
        DROP DATABASE IF EXISTS alfresco;
        CREATE DATABASE alfresco OWNER alfresco;
        """;

    [Fact]
    public async Task Every_example_of_a_command_does_what_it_says()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using PostgresServer server = await PostgresServer.StartAsync(new PostgresServerOptions());
        using var machine = new DocumentedMachine(server);
        SampleInstallation sample = await machine.InstallAlfrescoAsync(token);
        await machine.AskAsync(Site, "alfresco");
        await machine.TypeAsync("ln -s /opt/abf/abf /usr/local/bin/abf");
        await machine.AskAsync("CREATE ROLE drill LOGIN CREATEDB PASSWORD 'd9-rill' IN ROLE alfresco;");
        await machine.TypeAsync(
            """
            umask 077
            echo d9-rill > /root/drill-password
            echo alf-9-co > /root/alfresco-password
            echo a-long-one-for-the-safe > /root/safe-passphrase
            mkdir -p /mnt/usb /mnt/scratch /etc/abf/versions
            """
        );

        // What a page takes for granted.
        var before = new Dictionary<string, Func<Task>>(StringComparer.Ordinal)
        {
            ["../README.md#Restore first"] = MoveAsideAsync,
            ["first-use.md#First use"] = async () =>
            {
                await sample.RunIndexBackupJobAsync(token);
                await machine.TypeAsync("rm -r /etc/abf/abf.json /srv/abf /var/lib/abf");
            },
            ["one-document-back.md#Find it"] = async () =>
            {
                await machine.AskAsync(Renamed, "alfresco");
                await machine.TypeAsync("abf backup");
            },
            ["keys.md#Seal anew"] = async () => await machine.TypeAsync($"abf key remove {await SlotAsync("safe")}"),
            ["new-server.md#2. The new server"] = MoveAsideAsync,
            ["new-server.md#3. Start, and back up from there"] = () => sample.RunIndexBackupJobAsync(token),
        };
        var typed = new List<string>();
        foreach (DocumentedExample example in Examples())
        {
            if (before.TryGetValue(example.Place, out Func<Task>? prepare))
            {
                await prepare();
            }

            await machine.TypeAsync(await OnTheseSetsAsync(example.Commands), Stubs);
            typed.Add(example.Place);
        }

        Assert.True(typed.Count >= 30, $"only {typed.Count} examples: {string.Join(", ", typed)}");
        Assert.Empty(before.Keys.Except(typed, StringComparer.Ordinal));

        Task MoveAsideAsync()
        {
            Directory.Delete(sample.Root, recursive: true);
            return machine.AskAsync(MoveAside);
        }

        // The pages speak of sets, and of a head of the log, that are not these.
        async Task<string> OnTheseSetsAsync(string commands)
        {
            if (SetId().IsMatch(commands))
            {
                string oldest = SetId().Matches(await machine.TypeAsync("abf sets --json")).Min(id => id.Value)!;
                commands = SetId().Replace(commands, oldest);
            }

            if (commands.Contains("57:9c1f...e2", StringComparison.Ordinal))
            {
                using var stats = JsonDocument.Parse(await machine.TypeAsync("abf stats --json"));
                JsonElement head = stats.RootElement.GetProperty("head");
                commands = commands.Replace(
                    "57:9c1f...e2",
                    $"{head.GetProperty("sequence")}:{head.GetProperty("sha256")}",
                    StringComparison.Ordinal
                );
            }

            return commands;
        }

        async Task<string> SlotAsync(string name)
        {
            using var keys = JsonDocument.Parse(await machine.TypeAsync("abf key list --json"));
            JsonElement list =
                keys.RootElement.ValueKind == JsonValueKind.Array
                    ? keys.RootElement
                    : keys.RootElement.GetProperty("keys");
            return list.EnumerateArray()
                .Single(key => key.GetProperty("name").GetString() == name)
                .GetProperty("id")
                .GetString()!;
        }
    }

    /// <summary>In the text of a page, too, a command is one that there is, with options that it has.</summary>
    [Fact]
    public void Every_command_that_a_page_names_exists()
    {
        RootCommand root = AbfProgram.CreateRoot(new TolerantStream(Stream.Null));
        string[] named =
        [
            .. Pages()
                .SelectMany(page => Named().Matches(DocumentedCommands.Page(page)))
                .Select(match => match.Groups["command"].Value)
                .Where(command => !command.Contains("...", StringComparison.Ordinal)),
        ];

        Assert.True(named.Length >= 100, $"only {named.Length} commands are named");
        string[] unknown =
        [
            .. named.Where(command => root.Parse(command.Split('#')[0]).UnmatchedTokens.Count > 0).Distinct(),
        ];
        Assert.Empty(unknown);
    }

    private static DocumentedExample[] Examples()
    {
        DocumentedExample[] all = [.. Pages().SelectMany(DocumentedExample.Of)];
        Assert.Empty(Elsewhere.Keys.Except(all.Select(example => example.Place), StringComparer.Ordinal));
        return [.. all.Where(example => !Elsewhere.ContainsKey(example.Place))];
    }

    private static IEnumerable<string> Pages()
    {
        string docs = Path.Combine(DocumentedCommands.Source, "..", "docs");
        return
        [
            .. Order,
            .. Directory
                .EnumerateFiles(docs, "*.md")
                .Select(file => Path.GetFileName(file))
                .Except(Order, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    [GeneratedRegex(@"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b", RegexOptions.None, 1000)]
    private static partial Regex SetId();

    [GeneratedRegex("`abf (?<command>[a-z][^`|\\[]*)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
