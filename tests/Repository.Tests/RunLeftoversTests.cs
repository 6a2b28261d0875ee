using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Tests;

public sealed class RunLeftoversTests
{
    private static readonly RunId Dead = Samples.Run(7);
    private static readonly RunId Other = Samples.Run(8);

    [Fact]
    public async Task What_a_run_without_a_set_has_stored_goes_and_all_else_stays()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        await bench.WriteDeadRunAsync(Other);
        ImmutableArray<string> before = await bench.PacksAsync();
        ImmutableArray<string> with = await bench.WriteDeadRunAsync(Dead);
        string[] gone = [.. with.Except(before)];
        Assert.NotEmpty(gone);

        FreedStorage freed = await bench.DeleteLeftoversAsync(Dead);

        Assert.Equal(gone.Length, freed.Packs);
        Assert.True(freed.Bytes > 100_000);
        Assert.Equal(before, await bench.PacksAsync());
        Assert.Empty(await NamesAsync(bench, $"runs/{Dead}/"));
        Assert.NotEmpty(await NamesAsync(bench, $"runs/{Other}/"));
        Assert.True((await bench.VerifyAsync("none")).IsSound);
        Assert.Equal(FreedStorage.None, await bench.DeleteLeftoversAsync(Dead));
    }

    [Fact]
    public async Task Index_blobs_that_only_its_pages_name_go_with_it()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await opened.Repository.Log.OpenRunAsync(OpenedRepository.Run, "acme");
        await using (RunWriter writer = opened.OpenWriter("a", rowsPerBlob: 4))
        {
            // A change of the class closes a pack, and only then its rows count.
            for (int i = 0; i < 40; i++)
            {
                ChunkClass of = i % 2 == 0 ? ChunkClass.Content : ChunkClass.Dump;
                await writer.AddChunkAsync(of, Content.Random(1000, i), CancellationToken.None);
            }

            await writer.CommitPageAsync(
                new PageResult("me", ContentRef.Empty),
                TestJson.Default.PageResult,
                CancellationToken.None
            );
        }

        Assert.NotEmpty(await opened.NamesAsync("index/"));

        await opened.Repository.DeleteLeftoversAsync(OpenedRepository.Run, CancellationToken.None);

        foreach (string prefix in (string[])["index/", "packs/", "runs/"])
        {
            Assert.Empty(await opened.NamesAsync(prefix));
        }
    }

    [Fact]
    public async Task Packs_of_a_page_with_so_many_rows_that_they_stand_in_an_index_blob_go_with_it()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await opened.Repository.Log.OpenRunAsync(OpenedRepository.Run, "acme");
        await using (RunWriter writer = opened.OpenWriter("a"))
        {
            for (int i = 0; i < 5000; i++)
            {
                await writer.AddChunkAsync(ChunkClass.Dump, BitConverter.GetBytes(i), CancellationToken.None);
            }

            await writer.CommitPageAsync(
                new PageResult("me", ContentRef.Empty),
                TestJson.Default.PageResult,
                CancellationToken.None
            );
        }

        Assert.Single(await opened.NamesAsync("index/"));
        Assert.Single(await opened.NamesAsync("runs/"));

        FreedStorage freed = await opened.Repository.DeleteLeftoversAsync(OpenedRepository.Run, CancellationToken.None);

        Assert.Equal(1, freed.Packs);
        foreach (string prefix in (string[])["index/", "packs/", "runs/"])
        {
            Assert.Empty(await opened.NamesAsync(prefix));
        }
    }

    [Fact]
    public async Task What_a_set_needs_is_never_deleted()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        ImmutableArray<string> before = await bench.PacksAsync();

        foreach (RunId set in bench.Sets)
        {
            Assert.Equal(FreedStorage.None, await bench.DeleteLeftoversAsync(set));
        }

        Assert.Equal(before, await bench.PacksAsync());
    }

    [Fact]
    public async Task While_an_index_blob_is_lost_nothing_is_deleted_and_what_was_found_for_it_stays_for_good()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        ImmutableArray<string> all = await bench.WriteDeadRunAsync(Dead);
        string lost = await bench.HarmAsync("deleted", 0);

        PermanentException refused = await Assert.ThrowsAsync<PermanentException>(() =>
            bench.DeleteLeftoversAsync(Dead)
        );

        Assert.Equal(ErrorKind.Repository, refused.Kind);
        Assert.Contains(lost, refused.Message, StringComparison.Ordinal);
        Assert.Equal(all, await bench.PacksAsync());

        // The index is written anew from the directories of all packs: now the log names the dead run's as well.
        await bench.CommitAsync("none");
        ImmutableArray<string> healed = await bench.PacksAsync();
        Assert.Equal(FreedStorage.None, await bench.DeleteLeftoversAsync(Dead));
        Assert.Equal(healed, await bench.PacksAsync());
    }

    private static async Task<string[]> NamesAsync(LostIndexBench bench, string prefix) =>
        [
            .. await bench
                .Blobs.ListAsync(prefix, CancellationToken.None)
                .Select((BlobItem item) => item.Name)
                .ToArrayAsync(),
        ];
}
