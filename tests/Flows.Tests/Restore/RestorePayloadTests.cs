using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary>What a restore writes into a history stays small, however large the set.</summary>
public sealed class RestorePayloadTests
{
    private const int Small = 16 * 1024;

    [Fact]
    public void The_plan_of_a_root_with_as_many_and_as_long_cuts_as_can_be_is_small()
    {
        ImmutableArray<ChunkId> chunks = [.. Enumerable.Repeat(default(ChunkId), ContentRef.MaxInlineChunks)];
        ImmutableArray<byte[]> cuts = [.. Enumerable.Repeat(new byte[121], 47)];
        var root = new RestoreRoot(
            "stores/" + new string('n', 200),
            new ContentRef(long.MaxValue, 3, chunks),
            ChunkClass.Content,
            cuts
        );

        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(root, RestoreJson.Default.RestoreRoot).Length, 1, Small);
    }

    [Fact]
    public void The_plan_of_a_set_is_small_whatever_the_number_of_its_roots()
    {
        var plan = new RestorePlan
        {
            Set = RunId.Parse("20260101T000000Z-00000000"),
            Roots = 1000,
            DatabaseVendor = "PostgreSQL",
            Files = long.MaxValue,
            Bytes = long.MaxValue,
            KnownMissing = long.MaxValue,
            CarriedOver = long.MaxValue,
            Warnings = [.. Enumerable.Repeat(new string('w', 600), 10)],
        };

        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(plan, RestoreJson.Default.RestorePlan).Length, 1, Small);
    }
}
