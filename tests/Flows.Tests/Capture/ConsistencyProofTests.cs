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

    [Fact]
    public void Accepted_URLs_that_name_no_file_are_counted_and_not_named()
    {
        var proof = new ConsistencyProof(AcknowledgedFiles.None, checkSizes: true);

        proof.AddUnmapped(count: 1000, accepted: 998, ["bad one", "bad two"]);

        Assert.Equal((1000, 1000, 998), (proof.Required, proof.Missing, proof.Acknowledged));
        Assert.Equal(["bad one", "bad two"], proof.Named.Select(file => file.Path));
    }

    private static async Task<ConsistencyProof> ProveAsync(bool checkSizes, ListingEntry entry)
    {
        var proof = new ConsistencyProof(AcknowledgedFiles.None, checkSizes);
        RequiredFile[] required = [new(entry.Path, 3, 1)];
        await proof.AddRootAsync("contentstore", required.ToAsyncEnumerable(), new[] { entry }.ToAsyncEnumerable());
        return proof;
    }

    private static ListingEntry File(string path, long length, EntryFlags flags = EntryFlags.None) =>
        new(System.Text.Encoding.UTF8.GetBytes(path), flags, 420, Owner, 0, 0, new ContentRef(length, 0, [default]));
}
