using System.Text;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.Log;

/// <summary>Every type of log entry as it is written, checked in: what older versions wrote is read for ever.</summary>
public sealed class LogGoldenTests
{
    private static readonly string Previous = new('c', 64);

    public static TheoryData<string> Names => [.. Entries().Select(entry => entry.Name)];

    public static string PathOf(string name) =>
        SourceFiles.Path("tests", "Repository.Tests", "Golden", $"log-{name}.json");

    [Theory]
    [MemberData(nameof(Names))]
    public void An_entry_is_written_as_the_golden_file_has_it(string name)
    {
        LogEntry entry = Entries().Single(item => item.Name == name).Entry;
        JsonNode written = JsonNode.Parse(LogJson.Write(entry))!;
        string path = PathOf(name);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, written.ToJsonString(new() { WriteIndented = true }) + "\n");
            Assert.Fail($"{path} was not there and has been written: look at it and check it in.");
        }

        string golden = File.ReadAllText(path);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(golden), written), written.ToJsonString());
        LogEntry read = LogJson.Read(Encoding.UTF8.GetBytes(golden), entry.Sequence);
        Assert.Equal(LogJson.Write(entry), LogJson.Write(read));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_that_are_not_known_are_ignored(string name)
    {
        LogEntry entry = Entries().Single(item => item.Name == name).Entry;
        JsonObject json = JsonNode.Parse(LogJson.Write(entry))!.AsObject();
        json["fromTheFuture"] = new JsonObject { ["a"] = 1 };
        (json["manifest"] as JsonObject)?.Add("more", new JsonArray(1, 2));
        LogEntry read = LogJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), entry.Sequence);
        Assert.Equal(LogJson.Write(entry), LogJson.Write(read));
    }

    [Theory]
    [InlineData("mirror")]
    [InlineData("something")]
    public void A_type_that_is_not_known_stops_the_reader(string type)
    {
        LogEntry entry = new()
        {
            Sequence = 3,
            Previous = Previous,
            Time = Samples.Time,
            Type = type,
        };
        PermanentException exception = Assert.Throws<PermanentException>(() => LogJson.Read(LogJson.Write(entry), 3));
        Assert.Contains("newer version", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_in_the_place_of_another_is_damage()
    {
        LogEntry entry = Entries().Single(item => item.Name == "abort").Entry;
        Assert.Throws<PermanentException>(() => LogJson.Read(LogJson.Write(entry), entry.Sequence + 1));
    }

    private static IEnumerable<(string Name, LogEntry Entry)> Entries()
    {
        LogState empty = new(Samples.Config, [], [], []);
        RunId run = Samples.Run(1);
        SetManifest manifest = Samples.Manifest(run, 4, Samples.Run(0), new ChunkIndexBlob(new ChunkIndexId(3), 17));
        SetSummary set = new()
        {
            Sequence = 5,
            Id = run,
            Installation = "acme",
            Started = manifest.Started,
            Sealed = manifest.Sealed,
            Consistent = false,
            Missing = 1,
            Files = 5,
            Bytes = 6029,
            AddedBytes = 4000,
            Parent = Samples.Run(0),
        };
        LogState full = new(
            Samples.Config with
            {
                Number = 2,
            },
            [new RunOpened(Samples.Run(2), "acme", 5, 6, Samples.Time)],
            [set],
            [new ChunkIndexSummary(new ChunkIndexId(3), 5, 17)]
        );
        yield return (
            "init",
            New(0, "init") with
            {
                Previous = string.Empty,
                Config = Samples.Config,
                State = StateDocument.From(empty),
            }
        );
        yield return ("set", New(5, "set") with { Run = run, Manifest = manifest });
        yield return ("run-open", New(6, "run-open") with { Run = run, Installation = "acme", Base = 5 });
        yield return ("abort", New(7, "abort") with { Run = run, Reason = "cancelled by root" });
        yield return ("evicted", New(8, "evicted") with { Run = run, Reason = "host b took over" });
        yield return ("keys", New(9, "keys") with { Config = Samples.Config with { Number = 2 } });
        yield return ("expire", New(10, "expire") with { Sets = [run, Samples.Run(3)] });
        TombstoneDraft tombstones = new(
            [new PackId(0x1f).BlobName, new ChunkIndexId(7).BlobName],
            [new ChunkIndexBlob(new ChunkIndexId(4), 12) { Replaces = [new ChunkIndexId(3)] }],
            [new PackId(0x2e).BlobName]
        );
        yield return ("tombstones", tombstones.On(New(11, "tombstones")));
        LogState pruned = full with
        {
            Indexes =
            [
                new ChunkIndexSummary(new ChunkIndexId(3), 5, 17),
                new ChunkIndexSummary(new ChunkIndexId(4), 11, 12)
                {
                    Replaces = [new ChunkIndexId(3)],
                    Compacted = true,
                },
            ],
            Tombstones = [new PackId(0x1f).BlobName, new ChunkIndexId(7).BlobName],
        };
        yield return (
            "tombstones-state",
            tombstones.On(New(64, "tombstones")) with
            {
                State = StateDocument.From(pruned),
            }
        );
        yield return ("keys-state", New(64, "keys") with { Config = full.Config, State = StateDocument.From(full) });
    }

    private static LogEntry New(long sequence, string type) =>
        new()
        {
            Sequence = sequence,
            Previous = Previous,
            Time = Samples.Time,
            Type = type,
        };
}
