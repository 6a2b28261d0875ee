using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

public sealed class KeySlotsTests
{
    private static readonly Secret First = new("first passphrase");
    private static readonly Secret Second = new("zweite Passphrase, größer");

    [Fact]
    public async Task An_added_passphrase_opens_and_a_removed_one_does_not()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        KeyChange added = await opened.Repository.Keys.AddAsync(Second, "second");
        Assert.Null(added.Warning);
        IReadOnlyList<KeySlotSummary> slots = await opened.Repository.Keys.ListAsync();
        Assert.Equal(["first", "second"], slots.Select(slot => slot.Name));
        await using (BackupRepository second = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second)))
        {
            await second.Keys.RemoveAsync(slots[0].Id);
        }

        await Assert.ThrowsAsync<PermanentException>(() =>
            BackupRepository.OpenAsync(opened.Blobs, opened.Access(First))
        );
        Assert.Equal(["config/3"], await opened.NamesAsync("config/"));
    }

    [Fact]
    public async Task The_last_passphrase_cannot_be_removed()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        string id = Assert.Single(await opened.Repository.Keys.ListAsync()).Id;
        Assert.Equal(
            ErrorKind.Configuration,
            (await Assert.ThrowsAsync<PermanentException>(() => opened.Repository.Keys.RemoveAsync(id))).Kind
        );
        Assert.Equal(
            ErrorKind.Configuration,
            (await Assert.ThrowsAsync<PermanentException>(() => opened.Repository.Keys.RemoveAsync("00000000"))).Kind
        );
    }

    [Fact]
    public async Task The_passphrase_in_use_is_removed_only_where_it_opens_another_slot()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        KeySlots keys = opened.Repository.Keys;
        string first = Assert.Single(await keys.ListAsync()).Id;
        await keys.AddAsync(Second, "second");
        Assert.Contains(
            "of another slot first",
            (await Assert.ThrowsAsync<PermanentException>(() => keys.RemoveAsync(first))).Message,
            StringComparison.Ordinal
        );
        await keys.AddAsync(First, "the first again");
        await keys.RemoveAsync(first);
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        Assert.Equal(["second", "the first again"], (await again.Keys.ListAsync()).Select(slot => slot.Name));
    }

    [Fact]
    public async Task A_dry_run_changes_no_key()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        KeySlots keys = opened.Repository.Keys;
        Assert.Null((await keys.AddAsync(Second, "second", dryRun: true)).SlotId);
        string added = (await keys.AddAsync(Second, "second")).SlotId!;
        await keys.RemoveAsync(added, dryRun: true);
        Assert.Equal(["first", "second"], (await keys.ListAsync()).Select(slot => slot.Name));
        Assert.Equal(["config/2"], await opened.NamesAsync("config/"));
    }

    [Fact]
    public async Task An_old_config_that_cannot_be_deleted_is_said_and_does_not_count()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(new WithoutDeletes(), First);
        KeySlotSummary first = Assert.Single(await opened.Repository.Keys.ListAsync());
        await opened.Repository.Keys.AddAsync(Second, "second");
        await using (BackupRepository other = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second)))
        {
            KeyChange removed = await other.Keys.RemoveAsync(first.Id);
            Assert.Contains("config/2", removed.Warning, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<PermanentException>(() =>
            BackupRepository.OpenAsync(opened.Blobs, opened.Access(First))
        );
        await using BackupRepository second = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second));
    }

    [Fact]
    public async Task A_change_deletes_every_older_config_and_a_refused_one_its_own()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        byte[] config = await Stored.BytesAsync(opened.Blobs, "config/1");
        await opened.Blobs.PutIfAbsentAsync("config/2", config, CancellationToken.None);
        await opened.Repository.Keys.AddAsync(Second, "second");
        Assert.Equal(["config/3"], await opened.NamesAsync("config/"));

        var blobs = new Interference(opened.Blobs, () => opened.Repository.Keys.AddAsync(new Secret("third"), "third"));
        await using BackupRepository late = await BackupRepository.OpenAsync(blobs, opened.Access(Second));
        Assert.Equal(
            ErrorKind.Busy,
            (
                await Assert.ThrowsAsync<PermanentException>(() => late.Keys.AddAsync(new Secret("fourth"), "fourth"))
            ).Kind
        );
        Assert.Equal(["config/5"], await opened.NamesAsync("config/"));
    }

    [Fact]
    public async Task A_config_that_the_storage_cut_and_called_written_does_not_take_the_place_of_the_one_before()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        var cutting = new FaultInjectingBlobStore(
            opened.Blobs,
            call =>
                call.Name == "config/2" && call.Verb == BlobVerb.PutIfAbsent ? new BlobFault { Truncate = true } : null
        );
        await using BackupRepository repository = await BackupRepository.OpenAsync(cutting, opened.Access(First));
        await Assert.ThrowsAsync<PermanentException>(() => repository.Keys.AddAsync(Second, "second"));
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        await again.Keys.AddAsync(Second, "second");
        await using BackupRepository second = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second));
    }

    [Theory]
    [InlineData(false, "config/1")]
    [InlineData(true, "config/2")]
    public async Task A_config_that_the_store_lost_comes_back_from_whoever_has_it_open(bool zeroed, string comesBackAs)
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        Assert.Null(await opened.Repository.Keys.HealAsync(await opened.Repository.Log.ReadAsync()));
        long length = (await opened.Blobs.GetPropertiesAsync("config/1", CancellationToken.None))!.Length;
        await opened.Blobs.DeleteAsync("config/1", CancellationToken.None);
        PermanentException lost = await Assert.ThrowsAsync<PermanentException>(() =>
            BackupRepository.OpenAsync(opened.Blobs, opened.Access(First))
        );
        Assert.Equal(ErrorKind.Repository, lost.Kind);
        if (zeroed)
        {
            await opened.Blobs.PutIfAbsentAsync("config/1", new byte[length], CancellationToken.None);
        }

        Assert.Contains(
            comesBackAs,
            await opened.Repository.Keys.HealAsync(await opened.Repository.Log.ReadAsync()),
            StringComparison.Ordinal
        );
        Assert.Null(await opened.Repository.Keys.HealAsync(await opened.Repository.Log.ReadAsync()));
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        Assert.Single(await again.Keys.ListAsync());
    }

    [Fact]
    public async Task A_config_whose_passphrase_was_removed_never_comes_back()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        await opened.Repository.Keys.AddAsync(Second, "second");
        await using (BackupRepository other = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second)))
        {
            await other.Keys.RemoveAsync((await other.Keys.ListAsync())[0].Id);
        }

        // Junk in the log and the loss of the config that counts: both an attacker can bring about.
        LogHead head = await opened.Repository.Log.ReadAsync();
        await opened.Blobs.PutIfAbsentAsync(LogNames.BlobName(head.Next), new byte[100], CancellationToken.None);
        await opened.Blobs.DeleteAsync("config/3", CancellationToken.None);
        head = await opened.Repository.Log.ReadAsync();
        Assert.NotEmpty(head.Alarms);
        Assert.Null(await opened.Repository.Keys.HealAsync(head));
        await Assert.ThrowsAsync<PermanentException>(() => opened.Repository.Keys.HealAsync(head with { Alarms = [] }));
        Assert.Empty(await opened.NamesAsync("config/"));
    }

    [Fact]
    public async Task A_config_that_was_replaced_since_the_log_was_read_is_not_put_back()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: First);
        string second = (await opened.Repository.Keys.AddAsync(Second, "second")).SlotId!;
        LogHead before = await opened.Repository.Log.ReadAsync();
        await using (BackupRepository other = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First)))
        {
            await other.Keys.RemoveAsync(second);
        }

        Assert.Null(await opened.Repository.Keys.HealAsync(before));
        Assert.Equal(["config/3"], await opened.NamesAsync("config/"));
        Assert.True(opened.Repository.Keys.AreOf(await opened.Repository.Log.ReadAsync()));
    }

    [Fact]
    public async Task Without_encryption_there_are_no_passphrases_to_change()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        Assert.Empty(await opened.Repository.Keys.ListAsync());
        Assert.Equal(
            ErrorKind.Configuration,
            (await Assert.ThrowsAsync<PermanentException>(() => opened.Repository.Keys.AddAsync(Second, "second"))).Kind
        );
    }
}
