using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

/// <summary>A host that adds to a repository and cannot read what is in it.</summary>
public sealed class WriteOnlyTests
{
    private static readonly Secret First = new("first passphrase");
    private static readonly Secret Second = new("second passphrase");

    [Fact]
    public async Task The_key_file_holds_no_content_key_and_the_first_export_rotates()
    {
        await using OpenedRepository opened = await CreateAsync();
        KeyGenerations generations = opened.Repository.KeyGenerations;
        await opened.Repository.Keys.AddAsync(Second, "second");
        await Assert.ThrowsAsync<PermanentException>(() => generations.ExportWriteOnlyAsync([]));
        Assert.Null((await generations.ExportWriteOnlyAsync([Second], dryRun: true)).Text);
        Assert.Equal(["config/2"], await opened.NamesAsync("config/"));

        (byte[]? text, RotatedKeys? rotated) = await generations.ExportWriteOnlyAsync([Second]);
        Assert.Equal(2, rotated!.Kept.Length);
        using JsonDocument document = JsonDocument.Parse(text);
        Assert.Equal(
            ["metadata", "metadata", "log", "log", "chunk"],
            document
                .RootElement.GetProperty("keys")
                .EnumerateArray()
                .Select(key => key.GetProperty("class").GetString())
        );
        Assert.Equal(
            2,
            Assert
                .Single(document.RootElement.GetProperty("publicKeys").EnumerateArray())
                .GetProperty("generation")
                .GetInt32()
        );

        // The next one needs no passphrases of others, and changes nothing.
        Assert.Null((await generations.ExportWriteOnlyAsync([])).Rotated);
        Assert.Equal(["config/3"], await opened.NamesAsync("config/"));
        Assert.Equal(3u, (await generations.RotateAsync([Second])).Generations["content"]);
        using JsonDocument next = JsonDocument.Parse((await generations.ExportWriteOnlyAsync([])).Text);
        Assert.Equal(2, next.RootElement.GetProperty("publicKeys").GetArrayLength());
    }

    [Fact]
    public async Task It_backs_up_incrementally_and_verifies_and_reads_names_but_no_content()
    {
        await using OpenedRepository opened = await CreateAsync();
        await SampleRepository.WriteOtherSetAsync(opened.Repository, Samples.Run(1), number: 1);
        RepositoryAccess access = await ExportAsync(opened);
        await using BackupRepository host = await BackupRepository.OpenAsync(opened.Blobs, access);
        await SampleRepository.WriteOtherSetAsync(host, Samples.Run(2), number: 2);
        await SampleRepository.WriteOtherSetAsync(host, Samples.Run(3), number: 2);

        LogState state = (await host.Log.ReadAsync()).State;
        Assert.Equal(3, state.Sets.Length);
        SetManifest manifest = await host.Log.ReadManifestAsync(state.Sets[1]);
        Assert.Equal(0, (await host.Log.ReadManifestAsync(state.Sets[2])).Totals.Chunks);
        ChunkIndex index = await host.LoadIndexAsync(state, CancellationToken.None);
        IChunkSource chunks = host.CreateReader(index, null);
        List<ListingEntry> entries = await new ListingReader(chunks, manifest.Roots[1].Listing)
            .ReadAsync(CancellationToken.None)
            .ToListAsync();
        Assert.Contains(entries, entry => Encoding.UTF8.GetString(entry.Path) == "2026/1/0020.bin");
        using (SetVerification verification = await SetVerification.OpenAsync(host, state, CancellationToken.None))
        {
            Assert.True((await verification.CheckSetAsync(state.Sets[1], null, CancellationToken.None)).IsSound);
        }

        foreach (PackEntry pack in index.Packs)
        {
            byte[] header = await Stored.BytesAsync(opened.Blobs, pack.Id.BlobName);
            if (pack.Class == ChunkClass.Metadata)
            {
                Assert.Equal(ObjectHeader.SaltMode, header[7]);
                await host.ReadPackAsync(pack, CancellationToken.None);
                continue;
            }

            Assert.Equal(header[8] == 1 ? ObjectHeader.SaltMode : ObjectHeader.PairMode, header[7]);
            await RefusedAsync(() => host.ReadPackAsync(pack, CancellationToken.None));
        }

        ContentRef content = entries.First(entry => entry.Content?.Chunks.Length > 0).Content!;
        await RefusedAsync(() => chunks.ReadAsync(content, ChunkClass.Content));
        await RefusedAsync(() => chunks.ReadAsync(manifest.Database!.Dump, ChunkClass.Dump));
        Assert.Throws<PermanentException>(() => host.RequireContentKeys("A set cannot be restored"));

        // Whoever has a passphrase reads all of it.
        await using BackupRepository full = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        full.RequireContentKeys("nothing");
        foreach (PackEntry pack in index.Packs)
        {
            await full.ReadPackAsync(pack, CancellationToken.None);
        }
    }

    [Fact]
    public async Task It_changes_no_keys_and_takes_no_part_of_the_index_for_lost_for_ever()
    {
        await using OpenedRepository opened = await CreateAsync();
        await SampleRepository.WriteOtherSetAsync(opened.Repository, Samples.Run(1), number: 1);
        await using BackupRepository host = await BackupRepository.OpenAsync(opened.Blobs, await ExportAsync(opened));
        await RefusedAsync(() => host.Keys.AddAsync(Second, "second"));
        await RefusedAsync(() => host.KeyGenerations.RotateAsync([First]));
        await RefusedAsync(() => host.KeyGenerations.ExportWriteOnlyAsync([First]));
        await RefusedAsync(() => host.Keys.RemoveAsync("00000000"));
        Assert.Null(await host.Keys.HealAsync(await host.Log.ReadAsync()));

        LogState state = (await host.Log.ReadAsync()).State;
        await opened.Blobs.DeleteAsync(state.Indexes[0].Id.BlobName, CancellationToken.None);
        int before = (await opened.NamesAsync("index/")).Count;
        await RefusedAsync(() => host.HealIndexAsync(state, Samples.Run(2), readAll: true, CancellationToken.None));
        Assert.Equal(before, (await opened.NamesAsync("index/")).Count);
    }

    [Fact]
    public async Task After_a_rotation_the_key_file_opens_nothing_new_and_says_so()
    {
        await using OpenedRepository opened = await CreateAsync(new WithoutDeletes());
        RepositoryAccess access = await ExportAsync(opened);
        await using BackupRepository running = await BackupRepository.OpenAsync(opened.Blobs, access);
        await opened.Repository.KeyGenerations.RotateAsync([]);
        await opened.Repository.Log.OpenRunAsync(Samples.Run(1), "acme");

        foreach (
            Func<Task> use in (Func<Task>[])
                [() => BackupRepository.OpenAsync(opened.Blobs, access), () => running.Log.ReadAsync()]
        )
        {
            PermanentException refused = await Assert.ThrowsAsync<PermanentException>(use);
            Assert.Equal(ErrorKind.Repository, refused.Kind);
            Assert.Contains("the keys were rotated", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_file_of_another_repository_or_of_nothing_is_refused()
    {
        await using OpenedRepository opened = await CreateAsync();
        await using OpenedRepository other = await CreateAsync();
        RepositoryAccess access = await ExportAsync(other);
        Assert.Equal(
            ErrorKind.Repository,
            (await Assert.ThrowsAsync<PermanentException>(() => BackupRepository.OpenAsync(opened.Blobs, access))).Kind
        );
        string text = access.KeyFile!.Reveal();
        foreach (
            string junk in (string[])["", "{}", "null", text.Replace("metadata", "content", StringComparison.Ordinal)]
        )
        {
            await RefusedAsync(() =>
                BackupRepository.OpenAsync(opened.Blobs, access with { KeyFile = new Secret(junk) })
            );
        }
    }

    [Fact]
    public void A_pack_that_was_sealed_without_the_repositorys_own_keys_does_not_authenticate()
    {
        const string Name = "packs/00/00000000000000000000000000000000";
        KeyRing keys = KeyRing.Generate(7);
        byte[] secret = keys.Keys.First(key => key.Class == KeyClass.Content).Bytes;
        PublicKeyBytes[] pair = [new(1, KeyPair.PublicOf(secret))];
        KeyRing full = new(7, keys.Keys, pair);
        KeyRing stranger = new(7, KeyRing.Generate(7).Keys.Where(key => key.Class != KeyClass.Content), pair);
        KeyRing host = new(7, keys.Keys.Where(key => key.Class != KeyClass.Content), pair);
        Assert.True(Opens(host));
        Assert.False(Opens(stranger));

        bool Opens(KeyRing writer)
        {
            byte[] frame = new byte[100 + FrameCipher.TagSize];
            using FrameCipher sealing = FrameCipher.Create(writer, ObjectType.ContentPack, Name);
            sealing.Seal(0, last: true, frame);
            Assert.Throws<PermanentException>(() =>
                FrameCipher.Open(writer, ObjectType.ContentPack, Name, sealing.Header)
            );
            using FrameCipher opening = FrameCipher.Open(full, ObjectType.ContentPack, Name, sealing.Header);
            return opening.TryOpen(0, last: true, frame, new byte[100]);
        }
    }

    private static async Task RefusedAsync(Func<Task> use) =>
        Assert.Equal(ErrorKind.Configuration, (await Assert.ThrowsAsync<PermanentException>(use)).Kind);

    private static Task<OpenedRepository> CreateAsync(Storage.IBlobStore? blobs = null) =>
        OpenedRepository.CreateAsync(blobs, First, OpenedRepository.CheapSlots);

    private static async Task<RepositoryAccess> ExportAsync(OpenedRepository opened) =>
        opened.Access(First) with
        {
            Passphrase = null,
            KeyFile = new Secret(
                Encoding.UTF8.GetString((await opened.Repository.KeyGenerations.ExportWriteOnlyAsync([])).Text!)
            ),
        };
}
