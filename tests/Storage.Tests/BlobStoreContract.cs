using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

/// <summary>What every store must do. One class per store derives from this, so that all of them are held to the same
/// words.</summary>
public abstract class BlobStoreContract
{
    private static readonly TimeSpan s_lease = BlobLease.MinDuration;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A store of its own for one test, empty, whose listing has pages of <see cref="ListingPage"/>.</summary>
    protected abstract IBlobStore Store { get; }

    protected const int ListingPage = 7;

    /// <summary>Returns once a lease of <see cref="BlobLease.MinDuration"/> on this name has ended by itself.</summary>
    protected abstract Task LetLeaseExpireAsync(string name);

    [Fact]
    public async Task A_blob_is_read_back_as_it_was_put()
    {
        byte[] content = Bytes(100_000);
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("packs/ab/one", content, Ct));
        Assert.Equal(content, await ReadAllAsync("packs/ab/one"));
    }

    [Fact]
    public async Task A_second_create_leaves_the_first_content()
    {
        await Store.PutIfAbsentAsync("log/1", Bytes(10), Ct);
        Assert.Equal(PutOutcome.AlreadyExists, await Store.PutIfAbsentAsync("log/1", Bytes(20), Ct));
        Assert.Equal(Bytes(10), await ReadAllAsync("log/1"));
    }

    [Fact]
    public async Task Of_many_concurrent_creates_exactly_one_wins_and_its_bytes_stand()
    {
        for (int round = 0; round < 5; round++)
        {
            string name = $"log/{round}";
            Task<PutOutcome>[] puts =
            [
                .. Enumerable
                    .Range(0, 32)
                    .Select(i => Task.Run(() => Store.PutIfAbsentAsync(name, Bytes(1000 + i), Ct), Ct)),
            ];
            PutOutcome[] outcomes = await Task.WhenAll(puts);
            Assert.Equal(1, outcomes.Count(outcome => outcome == PutOutcome.Created));
            Assert.Equal(Bytes(1000 + Array.IndexOf(outcomes, PutOutcome.Created)), await ReadAllAsync(name));
        }
    }

    [Fact]
    public async Task Put_creates_and_replaces()
    {
        await Store.PutAsync("progress", Bytes(10), Ct);
        await Store.PutAsync("progress", Bytes(5), Ct);
        Assert.Equal(Bytes(5), await ReadAllAsync("progress"));
    }

    [Theory]
    [InlineData(0, 10, 10)]
    [InlineData(90, 10, 10)]
    [InlineData(95, 10, 5)]
    [InlineData(0, 200, 100)]
    [InlineData(100, 10, 0)]
    [InlineData(5000, 10, 0)]
    [InlineData(3, 0, 0)]
    public async Task A_range_ends_where_the_destination_or_the_blob_ends(long offset, int length, int expected)
    {
        byte[] content = Bytes(100);
        await Store.PutIfAbsentAsync("blob", content, Ct);
        byte[] destination = new byte[length];
        Assert.Equal(expected, await Store.ReadAsync("blob", offset, destination, Ct));
        Assert.Equal(content.Skip((int)offset).Take(expected), destination.Take(expected));
        Assert.All(destination.Skip(expected), b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task An_absent_blob_is_null_or_false_and_no_error()
    {
        Assert.Null(await Store.ReadAsync("no/such", 0, new byte[1], Ct));
        Assert.Null(await Store.ReadAsync("no/such", 0, Memory<byte>.Empty, Ct));
        Assert.Null(await Store.GetPropertiesAsync("no/such", Ct));
        Assert.False(await Store.DeleteAsync("no/such", Ct));
        Assert.Empty(await ListAsync("no/"));
    }

    [Fact]
    public async Task The_prefix_of_a_blob_s_name_is_no_blob()
    {
        await Store.PutIfAbsentAsync("packs/ab/one", Bytes(1), Ct);
        Assert.Null(await Store.GetPropertiesAsync("packs/ab", Ct));
        Assert.Null(await Store.ReadAsync("packs/ab", 0, new byte[1], Ct));
        Assert.Null(await Store.GetPropertiesAsync("packs/ab/one/more", Ct));
        Assert.Null(await Store.ReadAsync("packs/ab/one/more", 0, new byte[1], Ct));
        Assert.False(await Store.DeleteAsync("packs/ab", Ct));
        Assert.Empty(await ListAsync("packs/ab/one/"));
    }

    [Fact]
    public async Task An_empty_blob_exists_and_has_no_bytes()
    {
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("empty", ReadOnlyMemory<byte>.Empty, Ct));
        Assert.Equal(PutOutcome.AlreadyExists, await Store.PutIfAbsentAsync("empty", Bytes(1), Ct));
        Assert.Equal(0, await Store.ReadAsync("empty", 0, new byte[10], Ct));
        Assert.Equal(0, (await Store.GetPropertiesAsync("empty", Ct))!.Length);
    }

    [Fact]
    public async Task A_pack_of_32_MiB_goes_up_and_comes_back()
    {
        byte[] content = Bytes(32 << 20);
        await Store.PutIfAbsentAsync("packs/cd/large", content, Ct);
        byte[] back = new byte[content.Length];
        Assert.Equal(content.Length, await Store.ReadAsync("packs/cd/large", 0, back, Ct));
        Assert.True(content.AsSpan().SequenceEqual(back));
    }

    [Fact]
    public async Task Properties_give_length_and_a_time_that_listing_agrees_with()
    {
        await Store.PutIfAbsentAsync("blob", Bytes(123), Ct);
        BlobProperties properties = Assert.IsType<BlobProperties>(await Store.GetPropertiesAsync("blob", Ct));
        Assert.Equal(123, properties.Length);
        BlobItem item = await Store.ListAsync("blob", Ct).SingleAsync(Ct);
        Assert.Equal(new BlobItem("blob", 123, properties.Created), item with { ContentMd5 = default });
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_its_name_free()
    {
        await Store.PutIfAbsentAsync("runs/r/page", Bytes(1), Ct);
        Assert.True(await Store.DeleteAsync("runs/r/page", Ct));
        Assert.False(await Store.DeleteAsync("runs/r/page", Ct));
        Assert.Null(await Store.GetPropertiesAsync("runs/r/page", Ct));
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("runs/r/page", Bytes(2), Ct));
        Assert.Equal(BlobDeletion.Deleted, await Store.TryDeleteAsync("runs/r/page", Ct));
        Assert.Equal(BlobDeletion.Absent, await Store.TryDeleteAsync("runs/r/page", Ct));
    }

    [Fact]
    public async Task Of_many_that_are_deleted_together_each_is_told_and_no_other_is_touched()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"packs/{i % 3:x2}/{i:d4}"), "index/a"];
        await Task.WhenAll(names.Select(name => Store.PutIfAbsentAsync(name, Bytes(1), Ct)));
        await Store.PutIfAbsentAsync("packs/00/kept", Bytes(1), Ct);
        string[] asked = ["packs/none/none", .. names, "packs/01/none"];

        IReadOnlyList<BlobDeletion> deletions = await Store.TryDeleteAllAsync(asked, Ct);

        Assert.Equal([BlobDeletion.Absent, .. names.Select(_ => BlobDeletion.Deleted), BlobDeletion.Absent], deletions);
        Assert.Equal(["packs/00/kept"], await ListAsync(""));
        Assert.Empty(await Store.TryDeleteAllAsync([], Ct));
    }

    [Fact]
    public async Task Where_nothing_is_protected_a_listing_says_no_date_and_none_is_moved()
    {
        await Store.PutIfAbsentAsync("packs/ab/one", Bytes(5), Ct);
        BlobItem item = await Store.ListKeptAsync("packs/", Ct).SingleAsync(Ct);
        Assert.Equal(("packs/ab/one", 5L, (DateTimeOffset?)null), (item.Name, item.Length, item.KeptUntil));
        Assert.False(await Store.TryKeepAsync("packs/ab/one", item.Created.AddDays(1), Ct));
        Assert.False(await Store.TryKeepAsync("packs/ab/none", item.Created.AddDays(1), Ct));
        Assert.True(await Store.DeleteAsync("packs/ab/one", Ct));
    }

    [Fact]
    public async Task A_listing_of_several_pages_is_complete_and_in_order()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"log/{i * 7919 % 1000:d4}")];
        await Task.WhenAll(names.Select(name => Store.PutIfAbsentAsync(name, Bytes(1), Ct)));
        await Store.PutIfAbsentAsync("logs", Bytes(1), Ct);
        await Store.PutIfAbsentAsync("lo", Bytes(1), Ct);
        Assert.Equal(names.Order(StringComparer.Ordinal), await ListAsync("log/"));
        Assert.Equal(42, (await ListAsync("")).Count);
        Assert.Equal(
            names.Where(name => name.StartsWith("log/01")).Order(StringComparer.Ordinal),
            await ListAsync("log/01")
        );
    }

    [Fact]
    public async Task A_listing_sorts_by_the_bytes_of_whole_names()
    {
        string[] names =
        [
            "a!",
            "a-b",
            "a.b",
            "a/b",
            "a/b!",
            "a0",
            "ab",
            "b/a/a",
            "b/a-a",
            "b/a0",
            "c/é",
            "c/z",
            "ä",
            $"d/{new string('x', 79)}",
            $"d/{new string('x', 80)}",
            $"d/{new string('x', 80)}!",
            $"d/{new string('x', 81)}/y",
        ];
        await Task.WhenAll(names.Select(name => Store.PutIfAbsentAsync(name, Bytes(1), Ct)));
        Assert.Equal(names.Order(BlobOrder.OfNames), await ListAsync(""));
        Assert.Equal(names.Where(name => name.StartsWith("b/a")).Order(BlobOrder.OfNames), await ListAsync("b/a"));
        Assert.Equal(
            names.Where(name => name.StartsWith("d/")).Order(BlobOrder.OfNames),
            await ListAsync("d/" + new string('x', 70))
        );
    }

    public static TheoryData<string> OddNames =>
        new()
        {
            "with space",
            " lead",
            "trail ",
            "100%",
            "%41",
            "%2e",
            "a#b",
            "a?b=c&d",
            "a+b",
            "a..b",
            "..a/b..c",
            ".hidden/.tmp",
            "quote'\"",
            "star*<>|:",
            "con",
            "aux.txt/nul",
            "Umlaut-äöü",
            "日本語/文書",
            "smile-\U0001F600",
            "e\u0301",
            "tilde~",
            "%~",
            "tab\there",
            new string('n', 255),
            $"{new string('p', 300)}/{new string('q', 80)}/{new string('r', 160)}",
            new string('ä', 200),
        };

    [Theory]
    [MemberData(nameof(OddNames))]
    public async Task A_name_with_odd_characters_is_kept(string name)
    {
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync(name, Bytes(3), Ct));
        Assert.Equal(PutOutcome.AlreadyExists, await Store.PutIfAbsentAsync(name, Bytes(3), Ct));
        Assert.Equal(Bytes(3), await ReadAllAsync(name));
        Assert.Equal([name], await ListAsync(""));
        Assert.Equal([name], await ListAsync(name));
        Assert.Equal([name], await ListAsync(name[..1]));
        Assert.True(await Store.DeleteAsync(name, Ct));
        Assert.Empty(await ListAsync(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("nul\0")]
    [InlineData("back\\slash")]
    public async Task A_name_that_some_store_could_not_keep_is_refused_by_all(string name) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.PutIfAbsentAsync(name, Bytes(1), Ct));

    [Fact]
    public async Task A_name_that_is_no_Unicode_is_refused() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.PutIfAbsentAsync("lone" + '\ud800', Bytes(1), Ct));

    [Fact]
    public async Task Concurrent_readers_see_the_whole_blob()
    {
        byte[] content = Bytes(1 << 20);
        await Store.PutIfAbsentAsync("blob", content, Ct);
        await Task.WhenAll(
            Enumerable
                .Range(0, 24)
                .Select(async i =>
                {
                    byte[] part = new byte[50_000];
                    Assert.Equal(part.Length, await Store.ReadAsync("blob", i * 40_000, part, Ct));
                    Assert.True(content.AsSpan(i * 40_000, part.Length).SequenceEqual(part));
                })
        );
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.PutIfAbsentAsync("blob", Bytes(1), cancelled.Token)
        );
        Assert.Null(await Store.GetPropertiesAsync("blob", Ct));
    }

    [Fact]
    public async Task A_lease_keeps_others_off_and_its_holder_takes_it_again()
    {
        (Guid mine, Guid other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.True(await Store.AcquireLeaseAsync("lease", mine, s_lease, Ct));
        Assert.False(await Store.AcquireLeaseAsync("lease", other, s_lease, Ct));
        Assert.True(await Store.AcquireLeaseAsync("lease", mine, s_lease, Ct));
        Assert.True(await Store.AcquireLeaseAsync("lease", mine, BlobLease.MaxDuration, Ct));
        Assert.False(await Store.AcquireLeaseAsync("lease", other, s_lease, Ct));
        Assert.Equal(0, (await Store.GetPropertiesAsync("lease", Ct))!.Length);
    }

    [Fact]
    public async Task Of_many_that_ask_for_a_lease_exactly_one_gets_it()
    {
        bool[] got = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => Store.AcquireLeaseAsync("lease", Guid.NewGuid(), s_lease, Ct))
        );
        Assert.Equal(1, got.Count(taken => taken));
    }

    [Fact]
    public async Task A_released_lease_is_free_at_once_and_only_its_holder_releases_it()
    {
        (Guid mine, Guid other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.False(await Store.ReleaseLeaseAsync("lease", mine, Ct));
        await Store.AcquireLeaseAsync("lease", mine, s_lease, Ct);
        Assert.False(await Store.ReleaseLeaseAsync("lease", other, Ct));
        Assert.True(await Store.ReleaseLeaseAsync("lease", mine, Ct));
        Assert.False(await Store.ReleaseLeaseAsync("lease", mine, Ct));
        Assert.True(await Store.AcquireLeaseAsync("lease", other, s_lease, Ct));
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_ends_by_itself()
    {
        await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), s_lease, Ct);
        await LetLeaseExpireAsync("lease");
        Guid other = Guid.NewGuid();
        Assert.True(await Store.AcquireLeaseAsync("lease", other, s_lease, Ct));
        Assert.True(await Store.ReleaseLeaseAsync("lease", other, Ct));
    }

    [Theory]
    [InlineData(14)]
    [InlineData(61)]
    public async Task A_lease_outside_Azure_s_bounds_is_refused(int seconds) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Store.AcquireLeaseAsync("lease", Guid.NewGuid(), TimeSpan.FromSeconds(seconds), Ct)
        );

    /// <summary>Bytes that differ with their number.</summary>
    protected static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    protected async Task<byte[]> ReadAllAsync(string name)
    {
        BlobProperties properties = Assert.IsType<BlobProperties>(await Store.GetPropertiesAsync(name, Ct));
        byte[] bytes = new byte[properties.Length];
        Assert.Equal(bytes.Length, await Store.ReadAsync(name, 0, bytes, Ct));
        return bytes;
    }

    protected async Task<IReadOnlyList<string>> ListAsync(string prefix)
    {
        List<string> names = [];
        await foreach (BlobItem item in Store.ListAsync(prefix, Ct))
        {
            names.Add(item.Name);
        }

        return names;
    }
}
