using System.Collections.Concurrent;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests;

public sealed class BackupRepositoryTests
{
    private static readonly Secret Passphrase = new("correct horse battery staple");

    [Fact]
    public async Task A_passphrase_opens_what_it_began_and_another_does_not()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: Passphrase);
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Passphrase));
        Assert.Equal(opened.Repository.Id, again.Id);
        PermanentException wrong = await Assert.ThrowsAsync<PermanentException>(() =>
            BackupRepository.OpenAsync(opened.Blobs, opened.Access(new Secret("wrong")))
        );
        Assert.Equal(ErrorKind.Repository, wrong.Kind);
        Assert.Contains("repository.passphraseFile", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_cannot_switch_encryption_off_or_on()
    {
        await using OpenedRepository sealedOne = await OpenedRepository.CreateAsync(passphrase: Passphrase);
        await using OpenedRepository clear = await OpenedRepository.CreateAsync();
        Assert.Equal(
            ErrorKind.Repository,
            (
                await Assert.ThrowsAsync<PermanentException>(() =>
                    BackupRepository.OpenAsync(clear.Blobs, clear.Access(Passphrase))
                )
            ).Kind
        );
        Assert.Equal(
            ErrorKind.Repository,
            (
                await Assert.ThrowsAsync<PermanentException>(() =>
                    BackupRepository.OpenAsync(sealedOne.Blobs, sealedOne.Access())
                )
            ).Kind
        );
    }

    [Fact]
    public async Task A_repository_is_not_begun_where_one_is_and_not_opened_where_none_is()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        var init = new RepositoryInit("none", null, "first", TimeProvider.System);
        Assert.Equal(
            ErrorKind.Configuration,
            (await Assert.ThrowsAsync<PermanentException>(() => BackupRepository.InitAsync(opened.Blobs, init))).Kind
        );
        Assert.Equal(
            ErrorKind.Configuration,
            (
                await Assert.ThrowsAsync<PermanentException>(() =>
                    BackupRepository.OpenAsync(new MemoryBlobStore(), opened.Access())
                )
            ).Kind
        );
    }

    [Fact]
    public async Task An_init_that_was_killed_before_its_log_entry_can_be_made_again()
    {
        await using OpenedRepository killed = await OpenedRepository.CreateAsync();
        var blobs = new MemoryBlobStore();
        byte[] config = await Stored.BytesAsync(killed.Blobs, "config/1");
        await blobs.PutIfAbsentAsync("config/1", config, CancellationToken.None);
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "first", TimeProvider.System));
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, killed.Access());
        Assert.NotEqual(killed.Repository.Id, repository.Id);
    }

    [Fact]
    public async Task A_newer_version_of_the_format_stops_before_anything_else()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        PermanentException exception = await OpenChangedAsync(
            opened,
            """ "version": 1""",
            """ "version": 2, "slots": 7"""
        );
        Assert.Contains("newer version of abf", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"memoryKiB\": 65536", "\"memoryKiB\": 2000000000")]
    [InlineData("\"memoryKiB\": 65536", "\"memoryKiB\": 8")]
    [InlineData("\"iterations\": 3", "\"iterations\": 1000000")]
    [InlineData("\"iterations\": 3", "\"iterations\": 0")]
    [InlineData("\"parallelism\": 1", "\"parallelism\": 4")]
    [InlineData("\"argon2id\"", "\"scrypt\"")]
    [InlineData("\"class\": \"chunk\"", "\"class\": \"junk\"")]
    [InlineData("\"encryption\": \"passphrase\"", "\"encryption\": \"rot13\"")]
    [InlineData("\"slots\": [", "\"slots\": [null,")]
    [InlineData("\"repository\": \"", "\"repository\": \"Z")]
    [InlineData("{", "")]
    public async Task A_config_out_of_bounds_is_refused_before_it_is_used(string text, string replacement)
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: Passphrase);
        Assert.Equal(ErrorKind.Repository, (await OpenChangedAsync(opened, text, replacement, Passphrase)).Kind);
    }

    [Theory]
    [InlineData("\"memoryKiB\": 65536", "\"memoryKiB\": 8")]
    [InlineData("\"encryption\": \"passphrase\"", "\"encryption\": \"rot13\"")]
    [InlineData("\"name\": \"first\"", "\"name\": \"\\ud800\"")]
    [InlineData("{", "")]
    public async Task A_bad_config_that_the_log_does_not_name_is_in_nobodys_way(string text, string replacement)
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: Passphrase);
        string config = Encoding.UTF8.GetString(await Stored.BytesAsync(opened.Blobs, "config/1"));
        int at = config.IndexOf(text, StringComparison.Ordinal);
        byte[] bad = Encoding.UTF8.GetBytes(config[..at] + replacement + config[(at + text.Length)..]);
        await opened.Blobs.PutIfAbsentAsync("config/7", bad, CancellationToken.None);
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Passphrase));
        Assert.Equal(opened.Repository.Id, again.Id);
    }

    [Fact]
    public async Task Slots_of_others_that_cost_a_lot_are_tried_after_all_usual_ones()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: Passphrase);
        RepositoryConfig config = (await ConfigFile.ReadAsync(opened.Blobs, 1, CancellationToken.None)).Config;
        SlotDocument slot = config.Slots[0];
        SlotDocument costly = slot with { Kdf = slot.Kdf with { MemoryKiB = 1_048_576, Iterations = 16 } };
        await ConfigFile.TryCreateAsync(
            opened.Blobs,
            TimeProvider.System,
            7,
            config with
            {
                Slots = [.. Enumerable.Repeat(costly, 64)],
            },
            CancellationToken.None
        );

        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Passphrase));

        Assert.Equal(opened.Repository.Id, again.Id);
    }

    [Fact]
    public async Task Key_slots_beyond_what_a_passphrase_may_cost_are_passed_over_and_named()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: Passphrase);
        ConfigFile file = await ConfigFile.ReadAsync(opened.Blobs, 1, CancellationToken.None);
        SlotDocument slot = file.Config.Slots[0];
        SlotDocument Slot(string id, int memoryKiB) =>
            slot with
            {
                Id = id,
                Kdf = slot.Kdf with { MemoryKiB = memoryKiB, Iterations = 1 },
            };
        RepositoryConfig config = file.Config with
        {
            Slots = [Slot("dear", 16_384), Slot("one", 8_192), Slot("two", 8_192), Slot("odd", 8)],
        };
        ConcurrentDictionary<string, byte> failed = new(StringComparer.Ordinal);
        var tries = new PassphraseTries(Passphrase, maxCost: 2 * 8_192, failed);

        Assert.Null(await tries.OpenAsync(file with { Config = config }, costly: false, CancellationToken.None));

        Assert.Contains("'odd' of config/1 (0 MiB, 1 passes); 'dear' of config/1 (16 MiB, 1 passes)", tries.PassedOver);
        Assert.DoesNotContain("'one'", tries.PassedOver);
        Assert.DoesNotContain("'two'", tries.PassedOver);

        // What has failed is not tried again, and costs nothing; the same slot with another key in it is another.
        var next = new PassphraseTries(Passphrase, maxCost: 8_191, failed);
        Assert.Null(await next.OpenAsync(file with { Config = config }, costly: false, CancellationToken.None));
        Assert.DoesNotContain("'one'", next.PassedOver);
        config = config with { Slots = [Slot("one", 8_192) with { Keys = slot.Keys[1..] }] };
        Assert.Null(await next.OpenAsync(file with { Config = config }, costly: false, CancellationToken.None));
        Assert.Contains("'one'", next.PassedOver);
    }

    [Fact]
    public async Task Answers_that_are_lost_do_not_stop_an_init_or_a_change_of_the_keys()
    {
        var blobs = new LostAnswers { Lose = true };
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(blobs, Passphrase);
        Assert.Null((await opened.Repository.Keys.AddAsync(new Secret("another"), "second")).Warning);
        Assert.Equal(["config/2"], await opened.NamesAsync("config/"));
    }

    [Fact]
    public async Task A_config_that_the_log_does_not_name_is_ignored()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(passphrase: Passphrase);
        byte[] config = await Stored.BytesAsync(opened.Blobs, "config/1");
        await opened.Blobs.PutIfAbsentAsync("config/2", (byte[])[.. config, (byte)' '], CancellationToken.None);
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Passphrase));
        Assert.Equal(opened.Repository.Id, again.Id);
        await opened.Blobs.DeleteAsync("config/1", CancellationToken.None);
        await Assert.ThrowsAsync<PermanentException>(() =>
            BackupRepository.OpenAsync(opened.Blobs, opened.Access(Passphrase))
        );
    }

    private static async Task<PermanentException> OpenChangedAsync(
        OpenedRepository opened,
        string text,
        string replacement,
        Secret? passphrase = null
    )
    {
        string config = Encoding.UTF8.GetString(await Stored.BytesAsync(opened.Blobs, "config/1"));
        Assert.Contains(text, config, StringComparison.Ordinal);
        int at = config.IndexOf(text, StringComparison.Ordinal);
        await opened.Blobs.PutAsync(
            "config/1",
            Encoding.UTF8.GetBytes(config[..at] + replacement + config[(at + text.Length)..]),
            CancellationToken.None
        );
        return await Assert.ThrowsAsync<PermanentException>(() =>
            BackupRepository.OpenAsync(opened.Blobs, opened.Access(passphrase))
        );
    }
}
