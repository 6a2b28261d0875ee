using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Repository.Tests.Garbage;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Mirroring;

/// <summary>Mirrors stores, and ends a mirror at any request that reaches either of them.</summary>
internal static class MirrorBench
{
    public static Task<MirrorReport> RunAsync(
        IBlobStore source,
        IBlobStore target,
        MirrorOptions? options = null,
        TimeProvider? time = null
    ) =>
        new Mirror(source, target, options ?? new MirrorOptions(), time ?? TimeProvider.System).RunAsync(
            CancellationToken.None
        );

    /// <summary>How many requests a mirror makes.</summary>
    public static async Task<int> CountAsync(IBlobStore source, IBlobStore target)
    {
        RequestNumbers numbers = new();
        await RunAsync(Visited(source, numbers, (_, _) => { }), Visited(target, numbers, (_, _) => { }));
        return numbers.Last;
    }

    /// <summary>No request from this one on reaches a store, or, where this one was served, no later one.</summary>
    public static Task KillAsync(IBlobStore source, IBlobStore target, int request, bool served)
    {
        RequestNumbers numbers = new();
        return Assert.ThrowsAsync<PermanentException>(() =>
            RunAsync(Visited(source, numbers, Visit), Visited(target, numbers, Visit))
        );

        void Visit(BlobCall call, bool isServed)
        {
            if (call.Number > request || (call.Number == request && isServed == served))
            {
                throw new PermanentException(ErrorKind.Unexpected, $"killed at {call}");
            }
        }
    }

    public static async Task<IBlobStore> CopyAsync(IBlobStore blobs)
    {
        MemoryBlobStore copy = new();
        await foreach (BlobItem item in blobs.ListAsync(string.Empty, CancellationToken.None))
        {
            byte[] bytes = new byte[item.Length];
            await blobs.ReadAsync(item.Name, 0, bytes, CancellationToken.None);
            await copy.PutIfAbsentAsync(item.Name, bytes, CancellationToken.None);
        }

        return copy;
    }

    /// <summary>Every set that the log of a store names is there, byte by byte; a store without a config is no
    /// repository yet.</summary>
    public static async Task RequireWholeAsync(PruneBench bench, IBlobStore target, bool mayBeNone)
    {
        if (mayBeNone && (await bench.NamesAsync("config/", target)).Length == 0)
        {
            return;
        }

        await ModelHost.ReadAllAsync(target, bench.Temp.Combine(Guid.NewGuid().ToString("n")));
    }

    private static VisitedBlobStore Visited(IBlobStore store, RequestNumbers numbers, Action<BlobCall, bool> visit) =>
        new(
            store,
            numbers,
            (call, isServed, _) =>
            {
                visit(call, isServed);
                return Task.CompletedTask;
            }
        );
}
