using System.Text.Json;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

/// <summary>Whoever has the keys of the log, and no passphrase, can make it name a config of their own.</summary>
public sealed class NamedConfigTests
{
    private const int Number = 99;

    private static readonly Secret First = new("first passphrase");
    private static readonly Secret Second = new("second passphrase");
    private static readonly Secret Foreign = new("passphrase of a thief");

    [Theory]
    [InlineData(Planted.Slots)]
    [InlineData(Planted.Clear)]
    [InlineData(Planted.BeforeTheRotation)]
    public async Task A_config_that_does_not_open_here_or_lacks_keys_does_not_count_and_deletes_no_other(
        Planted planted
    )
    {
        await using OpenedRepository opened = await CreateAsync();
        byte[] before = await Stored.BytesAsync(opened.Blobs, "config/1");
        RepositoryAccess writesOnly = await WriteOnlyAsync(opened);
        await SampleRepository.WriteOtherSetAsync(opened.Repository, Samples.Run(1), number: 1);
        await using BackupRepository thief = await BackupRepository.OpenAsync(opened.Blobs, writesOnly);
        byte[] named =
            planted == Planted.BeforeTheRotation
                ? before
                : Forge(await Stored.BytesAsync(opened.Blobs, "config/2"), thief.Ring, planted);
        await NameAsync(thief, named);

        BackupRepository running = opened.Repository;
        LogHead head = await running.Log.ReadAsync();
        Assert.Equal(Number, head.State.Config.Number);
        await RefusedAsync(() => running.Keys.HealAsync(head), ErrorKind.Repository);
        ErrorKind kind = planted == Planted.Clear ? ErrorKind.Configuration : ErrorKind.Repository;
        await RefusedAsync(() => running.Keys.AddAsync(Second, "second"), kind);
        await RefusedAsync(() => running.Keys.RemoveAsync("00000000"), kind);
        await RefusedAsync(() => running.KeyGenerations.RotateAsync([], dropOthers: true), kind);
        Assert.False(running.Keys.AreOf(head));
        await RefusedAsync(() => PruneAsync(running), ErrorKind.Repository);

        if (planted == Planted.Slots)
        {
            // A host that writes only opens no slot: it cannot tell, and deletes no config.
            await PruneAsync(thief);
        }

        Assert.Equal(["config/2", "config/99"], await opened.NamesAsync("config/"));
    }

    [Fact]
    public async Task A_host_that_starts_with_a_named_config_from_before_the_rotation_deletes_no_config_with_newer_keys()
    {
        await using OpenedRepository opened = await CreateAsync();
        byte[] before = await Stored.BytesAsync(opened.Blobs, "config/1");
        RepositoryAccess writesOnly = await WriteOnlyAsync(opened);
        await SampleRepository.WriteOtherSetAsync(opened.Repository, Samples.Run(1), number: 1);
        await using BackupRepository thief = await BackupRepository.OpenAsync(opened.Blobs, writesOnly);
        await NameAsync(thief, before);

        await using BackupRepository started = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        await PruneAsync(started);
        KeyChange added = await started.Keys.AddAsync(Second, "second");
        Assert.Contains("were not deleted", added.Warning, StringComparison.Ordinal);
        Assert.Contains("config/2", await opened.NamesAsync("config/"));
    }

    [Theory]
    [InlineData(Planted.Slots)]
    [InlineData(Planted.Clear)]
    [InlineData(Planted.BeforeTheRotation)]
    public async Task The_right_config_counts_again_after_a_recovery(Planted planted)
    {
        await using OpenedRepository opened = await CreateAsync();
        byte[] before = await Stored.BytesAsync(opened.Blobs, "config/1");
        RepositoryAccess writesOnly = await WriteOnlyAsync(opened);
        await SampleRepository.WriteOtherSetAsync(opened.Repository, Samples.Run(1), number: 1);
        Assert.Null(await opened.Repository.Keys.RecoverAsync());
        await using (BackupRepository thief = await BackupRepository.OpenAsync(opened.Blobs, writesOnly))
        {
            await NameAsync(
                thief,
                planted == Planted.BeforeTheRotation
                    ? before
                    : Forge(await Stored.BytesAsync(opened.Blobs, "config/2"), thief.Ring, planted)
            );
            await RefusedAsync(() => thief.Keys.RecoverAsync(), ErrorKind.Configuration);
        }

        RepositoryAccess access = opened.Access(First) with { TakesUnnamed = true };
        await using (BackupRepository owner = await BackupRepository.OpenAsync(opened.Blobs, access))
        {
            Assert.Equal((2, 100), await NumbersAsync(owner, dryRun: true));
            Assert.Equal(["config/2", "config/99"], await opened.NamesAsync("config/"));
            Assert.Equal((2, 100), await NumbersAsync(owner, dryRun: false));
            Assert.Null(await owner.Keys.RecoverAsync());
        }

        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        LogHead head = await again.Log.ReadAsync();
        Assert.Equal(100, head.State.Config.Number);
        Assert.Equal(2u, again.Ring.CurrentGeneration(KeyClass.Content));
        await PruneAsync(again);
        Assert.Equal(["config/100"], await opened.NamesAsync("config/"));

        static async Task<(int, int)> NumbersAsync(BackupRepository owner, bool dryRun)
        {
            RecoveredKeys? recovered = await owner.Keys.RecoverAsync(dryRun);
            Assert.Equal("first", Assert.Single(recovered!.Slots).Name);
            return (recovered.From, recovered.Config);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_recovery_brings_back_no_passphrase_that_was_removed_while_the_newest_config_lacks_nothing(
        bool isCopyNamed
    )
    {
        await using OpenedRepository opened = await CreateAsync(new WithoutDeletes());
        BackupRepository running = opened.Repository;
        KeyChange second = await running.Keys.AddAsync(Second, "second");
        await running.KeyGenerations.RotateAsync([Second]);
        byte[] old = await Stored.BytesAsync(opened.Blobs, "config/3");
        await running.KeyGenerations.DropOldAsync(await running.Log.ReadAsync(), CancellationToken.None);
        await running.Keys.RemoveAsync(second.SlotId!);
        Assert.Equal(5, (await running.Log.ReadAsync()).State.Config.Number);

        // A copy of the config before stands under a later number, and the log names it or something else.
        await opened.Blobs.PutIfAbsentAsync("config/98", old, CancellationToken.None);
        await NameAsync(running, isCopyNamed ? old : "{}"u8.ToArray());
        RepositoryAccess access = opened.Access(First) with { TakesUnnamed = true };
        await using BackupRepository owner = await BackupRepository.OpenAsync(opened.Blobs, access);
        RecoveredKeys? recovered = await owner.Keys.RecoverAsync();

        Assert.Equal((5, 5), (recovered!.From, recovered.Newest));
        Assert.Equal(["first"], recovered.Slots.Select(slot => slot.Name));
        Assert.Equal((0, 0), (recovered.NotInNewest.Length, recovered.OnlyInNewest.Length));
        Assert.Null(await owner.Keys.RecoverAsync());
    }

    [Fact]
    public async Task A_recovery_from_an_older_config_names_the_slots_that_the_newest_one_does_not_have()
    {
        await using OpenedRepository opened = await CreateAsync(new WithoutDeletes());
        BackupRepository running = opened.Repository;
        KeyChange second = await running.Keys.AddAsync(Second, "second");
        await SampleRepository.WriteOtherSetAsync(running, Samples.Run(1), number: 1);
        await running.KeyGenerations.RotateAsync([Second]);

        // As a thief does it: nothing is looked at before keys are left out.
        await running.KeyGenerations.DropOldAsync(await running.Log.ReadAsync(), CancellationToken.None);
        await running.Keys.RemoveAsync(second.SlotId!);
        await running.Keys.AddAsync(Foreign, "third");
        await using BackupRepository owner = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        RecoveredKeys? recovered = await owner.Keys.RecoverAsync();

        Assert.Equal((3, 6), (recovered!.From, recovered.Newest));
        Assert.Equal(["second"], recovered.NotInNewest.Select(slot => slot.Name));
        Assert.Equal(["third"], recovered.OnlyInNewest.Select(slot => slot.Name));
    }

    [Fact]
    public async Task What_it_may_cost_to_try_the_passphrase_is_one_bound_for_all_configs_of_a_recovery()
    {
        await using OpenedRepository opened = await CreateAsync();
        ConfigFile file = await ConfigFile.ReadAsync(opened.Blobs, 1, CancellationToken.None);
        foreach (int number in (int[])[2, 3, 4])
        {
            await ConfigFile.TryCreateAsync(
                opened.Blobs,
                TimeProvider.System,
                number,
                file.Config with
                {
                    Slots = [file.Config.Slots[0] with { Id = $"planted{number}" }],
                },
                CancellationToken.None
            );
        }

        long cost = (long)OpenedRepository.CheapSlots.MemoryKiB * OpenedRepository.CheapSlots.Iterations;
        var recovery = new KeyRecovery(
            opened.Blobs,
            opened.Access(First),
            opened.Repository.Ring.Repository,
            new PassphraseTries(First, maxCost: 2 * cost)
        );

        PermanentException refused = await Assert.ThrowsAsync<PermanentException>(() =>
            recovery.FindAsync(file.Stamp, CancellationToken.None)
        );

        Assert.DoesNotContain("planted4", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted3", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'planted2' of config/2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_config_goes_where_the_one_that_counts_was_opened_here()
    {
        await using OpenedRepository opened = await CreateAsync();
        BackupRepository running = opened.Repository;
        FaultInjectingBlobStore keeping = new(
            opened.Blobs,
            call => call.Verb == BlobVerb.Delete ? new BlobFault { FailBefore = true, Permanent = true } : null
        );
        await using (BackupRepository other = await BackupRepository.OpenAsync(keeping, opened.Access(First)))
        {
            await other.KeyGenerations.RotateAsync([]);
        }

        Assert.Equal(["config/1", "config/2"], await opened.NamesAsync("config/"));
        await PruneAsync(running);
        Assert.Equal(["config/2"], await opened.NamesAsync("config/"));
    }

    [Fact]
    public async Task Keys_found_in_a_config_that_nobody_names_never_seal_and_get_into_no_other_config()
    {
        await using OpenedRepository opened = await CreateAsync();
        FaultInjectingBlobStore dying = new(
            opened.Blobs,
            call =>
                call is { Verb: BlobVerb.PutIfAbsent } && call.Name.StartsWith("log/", StringComparison.Ordinal)
                    ? new BlobFault { FailBefore = true, Permanent = true }
                    : null
        );
        await using (BackupRepository host = await BackupRepository.OpenAsync(dying, opened.Access(First)))
        {
            await Assert.ThrowsAsync<PermanentException>(() => host.KeyGenerations.RotateAsync([]));
        }

        BackupRepository running = opened.Repository;
        Assert.True(await running.Blobs.LookForKeysAsync(CancellationToken.None));
        Assert.True(running.Ring.Knows(KeyClass.Log, 2));
        await using (BackupRepository other = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First)))
        {
            await other.Keys.AddAsync(Second, "second");
        }

        Assert.Null(await running.Keys.HealAsync(await running.Log.ReadAsync()));
        Assert.All(KeyClasses.All, entry => Assert.Equal(1u, running.Ring.CurrentGeneration(entry.Class)));
        await running.Keys.AddAsync(new Secret("third"), "third");
        Assert.All(KeyClasses.All, entry => Assert.Equal(1u, running.Ring.CurrentGeneration(entry.Class)));
        await using BackupRepository third = await BackupRepository.OpenAsync(
            opened.Blobs,
            opened.Access(new Secret("third"))
        );
        Assert.All(third.Ring.Keys, key => Assert.Equal(1u, key.Generation));
    }

    public enum Planted
    {
        Slots,
        Clear,
        BeforeTheRotation,
    }

    /// <summary>The same pairs of class and generation, of which one has another content key.</summary>
    private static byte[] Forge(byte[] config, KeyRing known, Planted planted)
    {
        RepositoryConfig document = ConfigFile.Parse(config, "config/2", "memory");
        KeyRing keys = new(
            known.Repository,
            [
                .. known.Keys,
                new ClassKey(KeyClass.Content, 1, new byte[32]),
                new ClassKey(KeyClass.Content, 2, new byte[32]),
            ]
        );
        return JsonSerializer.SerializeToUtf8Bytes(
            planted == Planted.Slots
                ? document with
                {
                    Slots =
                    [
                        KeySlot.Create(keys, Foreign, "first", OpenedRepository.CheapSlots, DateTimeOffset.UnixEpoch),
                    ],
                }
                : document with
                {
                    Encryption = RepositoryAccess.EncryptionNone,
                    Slots = [],
                    Keys = ConfigKeys.InClear(keys),
                },
            ConfigJson.Default.RepositoryConfig
        );
    }

    private static async Task NameAsync(BackupRepository thief, byte[] config)
    {
        await thief.Blobs.Store.PutIfAbsentAsync(ConfigFile.BlobName(Number), config, CancellationToken.None);
        await thief.Log.AppendKeysAsync(
            (await thief.Log.ReadAsync()).State.Config,
            new ConfigStamp(Number, ConfigFile.HashOf(config)),
            CancellationToken.None
        );
    }

    private static Task<PruneReport> PruneAsync(BackupRepository repository) =>
        new Prune(repository, PruneOptions.Usual).RunAsync(CancellationToken.None);

    private static async Task RefusedAsync(Func<Task> use, ErrorKind kind) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<PermanentException>(use)).Kind);

    private static Task<OpenedRepository> CreateAsync(Storage.IBlobStore? blobs = null) =>
        OpenedRepository.CreateAsync(blobs, First, OpenedRepository.CheapSlots);

    private static async Task<RepositoryAccess> WriteOnlyAsync(OpenedRepository opened)
    {
        (byte[]? text, _) = await opened.Repository.KeyGenerations.ExportWriteOnlyAsync([]);
        return opened.Access(First) with
        {
            Passphrase = null,
            KeyFile = new Secret(System.Text.Encoding.UTF8.GetString(text!)),
        };
    }
}
