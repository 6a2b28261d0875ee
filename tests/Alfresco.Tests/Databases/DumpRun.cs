using AlfrescoBackupFlows.Alfresco.Databases;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>A dump taken into memory.</summary>
internal sealed record DumpRun(byte[] Sql, IReadOnlyList<RequiredUrl> Required, DumpResult Result)
{
    public DumpOrigin Origin => new(Result.Vendor, Result.ServerVersion, Result.ToolVersion);

    /// <summary>Dumps; the required URLs come sorted by URL.</summary>
    public static async Task<DumpRun> TakeAsync(
        IDatabaseSource source,
        CancellationToken cancellationToken,
        RowDigests? known = null,
        INodeRows? nodes = null
    )
    {
        var sql = new MemoryStream();
        var required = new List<RequiredUrl>();
        DumpResult result = await source.DumpAsync(
            (stream, token) => stream.CopyToAsync(sql, token),
            url =>
            {
                required.Add(url);
                return ValueTask.CompletedTask;
            },
            known,
            nodes,
            cancellationToken
        );
        return new DumpRun(sql.ToArray(), Sorted(required), result);
    }

    public static async Task<IReadOnlyList<RequiredUrl>> RequiredOfAsync(
        IDatabaseTarget target,
        CancellationToken cancellationToken
    )
    {
        var required = new List<RequiredUrl>();
        await target.ReadRequiredAsync(
            url =>
            {
                required.Add(url);
                return ValueTask.CompletedTask;
            },
            cancellationToken
        );
        return Sorted(required);
    }

    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) =>
        stream.WriteAsync(Sql, cancellationToken).AsTask();

    private static RequiredUrl[] Sorted(List<RequiredUrl> urls) =>
        [.. urls.OrderBy(url => url.Url, StringComparer.Ordinal)];
}
