using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class ConsistencyProofTests
{
    private static readonly FileOwner Owner = new(1, 1, "a", "a");

    [Fact]
    public async Task What_is_there_in_its_size_is_not_missing()
    {
        ConsistencyProof proof = await ProveAsync(checkSizes: true, File("a", 3));

        Assert.Equal((1, 0), (proof.Required, proof.Missing));
        Assert.Empty(proof.Named);
    }

    [Fact]
    public async Task A_required_file_that_changed_each_time_it_was_read_is_a_finding()
    {
        ConsistencyProof proof = await ProveAsync(checkSizes: true, File("a", 3, EntryFlags.Unstable));

        Assert.Equal((1, 1), (proof.Required, proof.Missing));
        Assert.Equal(new NamedFile("contentstore", "a", 3, "unstable"), Assert.Single(proof.Named));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_wrong_size_is_a_finding_unless_the_store_encrypts(bool checkSizes, long missing)
    {
        ConsistencyProof proof = await ProveAsync(checkSizes, File("a", 4));

        Assert.Equal(missing, proof.Missing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_size_that_no_file_can_have_is_a_finding_whatever_is_compared(bool checkSizes)
    {
        ConsistencyProof proof = await ProveAsync(checkSizes, File("a", 3), RequiredFile.NoFilesSize);

        Assert.Equal((1, 1, 0), (proof.Required, proof.Missing, proof.WrongSizes));
        Assert.Equal(new NamedFile("contentstore", "a", null, "invalid-size"), Assert.Single(proof.Named));
    }

    [Theory]
    [InlineData("encrypted: a header and padding", true, 10, 26, 100, 112, 4096, 4112, 70_000, 70_032)]
    [InlineData("compressed", true, 10, 30, 100, 60, 4096, 700, 70_000, 9_000)]
    [InlineData("emptied", false, 10, 0, 100, 0, 4096, 0, 70_000, 0)]
    [InlineData("one of four", false, 10, 10, 100, 100, 4096, 4096, 70_000, 9_000)]
    [InlineData("other files altogether", false, 10, 900_000, 100, 800_000, 4096, 700_000, 70_000, 900_000)]
    public void A_store_that_encrypts_or_compresses_is_told_from_damage(string what, bool looks, params int[] sizes)
    {
        var comparison = new SizeComparison();
        foreach (int[] pair in sizes.Chunk(2))
        {
            comparison.AddAndCompare(pair[0], pair[1]);
        }

        Assert.True(looks == comparison.LooksEncoded, what);
    }

    [Fact]
    public async Task Accepted_URLs_that_name_no_file_are_counted_and_not_named()
    {
        var proof = new ConsistencyProof(AcknowledgedFiles.None, checkSizes: true);

        await proof.AddUnmappedAsync(count: 1000, accepted: 998, ["bad one", "bad two"]);

        Assert.Equal((1000, 1000, 998), (proof.Required, proof.Missing, proof.Acknowledged));
        Assert.Equal(["bad one", "bad two"], proof.Named.Select(file => file.Path));
    }

    private static async Task<ConsistencyProof> ProveAsync(bool checkSizes, ListingEntry entry, long size = 3)
    {
        var proof = new ConsistencyProof(AcknowledgedFiles.None, checkSizes);
        RequiredFile[] required = [new(entry.Path, size, 1)];
        await proof.AddRootAsync("contentstore", required.ToAsyncEnumerable(), new[] { entry }.ToAsyncEnumerable());
        return proof;
    }

    private static ListingEntry File(string path, long length, EntryFlags flags = EntryFlags.None) =>
        new(System.Text.Encoding.UTF8.GetBytes(path), flags, 420, Owner, 0, 0, new ContentRef(length, 0, [default]));
}
