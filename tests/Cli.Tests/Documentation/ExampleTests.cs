using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Cli.Commands;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Exporting;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>What pages show as the output of a command is what the command writes of such a result.</summary>
public sealed class ExampleTests
{
    private const double Gigabyte = 1 << 30;
    private const double Megabyte = 1 << 20;
    private static readonly RunId Set = RunId.Parse("20261122T023000Z-a1b2c3d4");

    [Fact]
    public void Of_a_part_that_is_restored()
    {
        RestoreResult result = Restored(1204, 310.2 * Megabyte, required: 1198) with
        {
            LeftOut = new LeftOut(
                1_202_914,
                (long)(309.9 * Gigabyte),
                ["keystore", "configuration", "lucene-indexes"],
                Database: true
            ),
        };

        Hold(
            "restore.md",
            "abf restore --set latest --target /srv/part --include '/contentstore/2024/11' --exclude '*.tmp'",
            context => RestoreReport.Write(context, Input("/srv/part"), result)
        );
    }

    [Fact]
    public void Of_a_damaged_installation_that_is_repaired()
    {
        RestoreResult result = Restored(1_204_116, 310.2 * Gigabyte, required: 1_204_118) with
        {
            Repaired = new RepairedFiles(1_204_099, 17, 0, 2, []),
            LeftOut = new LeftOut(
                311,
                (long)(1.1 * Gigabyte),
                ["contentstore.deleted", "keystore", "configuration", "lucene-indexes"],
                Database: true
            ),
        };

        Hold(
            "restore.md",
            "abf restore --set latest --target /opt/alfresco/alf_data --repair",
            context => RestoreReport.Write(context, Input("/opt/alfresco/alf_data"), result)
        );
    }

    [Fact]
    public void Of_a_repository_that_is_repaired()
    {
        RepairDocument document = new(
            LostIndexes: ["i"],
            RebuiltPlaces: 104_211,
            IndexesReplaced: true,
            BadPacks:
            [
                new BadPackDocument("packs/3b/3b1f...", "it is missing"),
                new BadPackDocument("packs/a0/a07c...", "something in it is damaged"),
            ],
            ReadPacks: 8310,
            ReadBytes: (long)(254.1 * Gigabyte),
            StoredChunks: 1940,
            StoredBytes: (long)(41.2 * Megabyte),
            FromRepository: 1122,
            FromMirror: 806,
            FromLive: 12,
            GivenUpPacks: 2,
            HeldPacks: 0,
            LostChunks: 0,
            LostFiles: 0,
            Lost: [],
            LostParts: [],
            DryRun: false
        );

        Hold(
            "repair.md",
            "abf repair --live --from-mirror file:///mnt/usb/acme",
            context =>
                context.Result.Write(
                    document,
                    CliJson.Relaxed.RepairDocument,
                    writer => RepairCommand.WriteText(document, writer)
                )
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_drill(bool passes)
    {
        RunId set = passes ? Set : RunId.Parse("20261121T023000Z-93c0de12");
        (int database, int files, int check) = passes ? (1180, 7752, 732) : (1171, 7748, 729);
        ImmutableArray<DrillFinding> findings = passes
            ? []
            :
            [
                new DrillFinding(
                    DrillFindingKinds.Missing,
                    "store://2026/11/3/9/14/5a0c2f6e.bin has no file (contentstore/2026/11/3/9/14/5a0c2f6e.bin): document "
                        + "'Sites/legal/documentLibrary/Contract 17.pdf' (workspace://SpacesStore/0b7c...)",
                    null,
                    null,
                    null,
                    []
                ),
            ];
        DrillResult result = new(
            set,
            DateTimeOffset.UnixEpoch,
            3 + database + files + check,
            [new("prepare", 3), new("database", database), new("files", files), new("check", check)],
            passes ? 1_204_118 : 1_204_117,
            (long)(310.2 * Gigabyte),
            new DrillCheck(1_198_004, findings.Length, 3, passes ? 11_942 : 11_937, findings.Length, findings, []),
            []
        );

        Hold(
            "drill.md",
            passes
                ? "abf drill latest --server postgresql://drill@localhost:5432 --database-password-file /root/drill-password --scratch /mnt/scratch"
                : $"abf drill {set} --server postgresql://drill@localhost:5432 --database-password-file /root/drill-password",
            context => DrillCommand.Report(context, result)
        );
    }

    [Fact]
    public void Of_an_export()
    {
        ExportResult result = new(RunId.Parse("20261122T201500Z-1f2e3d4c"), 61, (long)(3.2 * Megabyte), PlainBytes: 0)
        {
            Database = true,
            Lost = 0,
            NamedLost = [],
            Missing = 0,
            CarriedOver = 0,
            Unproven = null,
            Warnings = [],
        };

        Hold(
            "export.md",
            "abf export latest /mnt/usb/acme.tar.zst",
            context =>
            {
                ExportCommand.WarnOfPlainText(context);
                ExportCommand.Report(context, result, "/mnt/usb/acme.tar.zst", (long)(1.6 * Megabyte));
            }
        );
    }

    [Fact]
    public void Of_an_import()
    {
        OriginStamp origin = new(
            "r",
            RunId.Parse("20261122T201500Z-1f2e3d4c"),
            "acme",
            new DateTimeOffset(2026, 11, 23, 9, 0, 12, TimeSpan.Zero),
            "abf"
        );
        ImportResult result = new(
            RunId.Parse("20261124T081200Z-5a6b7c8d"),
            origin,
            61,
            (long)(3.2 * Megabyte),
            (long)(18.4 * 1024)
        )
        {
            Consistent = true,
            Missing = 0,
            CarriedOver = 0,
            Unproven = null,
            Lost = 0,
            Warnings = [],
        };

        Hold(
            "export.md",
            "abf import /mnt/usb/acme.tar.zst",
            context => ImportCommand.Report(context, "/mnt/usb/acme.tar.zst", result)
        );
    }

    private static RestoreInput Input(string target) => new(Set, target, Database: null, Owner: null, Parallelism: 1);

    private static RestoreResult Restored(long files, double bytes, long required) =>
        new()
        {
            Set = Set,
            Files = files,
            Bytes = (long)bytes,
            DatabaseRestored = false,
            Required = required,
            Missing = 0,
            NamedMissing = [],
            CarriedOver = 0,
            Unset = UnsetAttributes.None,
            Warnings = [],
        };

    /// <summary>The page has the command, then its errors without their times, then its result.</summary>
    private static void Hold(string page, string command, Action<CommandContext> run)
    {
        var said = new StringWriter();
        using var output = new MemoryStream();
        var messages = new MessageWriter(said, quiet: false, TimeProvider.System);
        using CommandContext context = new(
            new ConfigChoice("none.json", IsNamed: true),
            messages,
            new ResultWriter(output, json: false, quiet: false, messages),
            TestContext.Current.CancellationToken
        );
        run(context);
        string[] errors =
        [
            .. said.ToString()
                .Split('\n')
                .Select(static line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].TrimEnd('\r'))
                .Where(static line =>
                    line.StartsWith("error: store:", StringComparison.Ordinal)
                    || line.StartsWith("warning: what is exported", StringComparison.Ordinal)
                )
                .Select(static line => line + "\n"),
        ];

        Assert.Contains(
            $"$ {command}\n{string.Concat(errors)}{Encoding.UTF8.GetString(output.ToArray()).ReplaceLineEndings("\n")}```",
            DocumentedCommands.Page(page),
            StringComparison.Ordinal
        );
    }
}
