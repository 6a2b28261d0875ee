using System.Threading.RateLimiting;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Gives a document out, as <c>abf extract</c> does, where the host's configuration allows it: <c>serve.documents</c>.
/// </summary>
internal static class ContentHandlers
{
    private const int MaxItemLength = 2000;
    private const int FirstBytes = 64 * 1024;

    /// <summary>Until the first byte; how long the others take is the client's matter.</summary>
    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(30);

    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        if (!call.Environment.Options.Serve.Documents)
        {
            throw ApiException.NotConfigured(
                "documents are given out by hosts alone whose configuration says so: set serve.documents to true"
            );
        }

        string item = ItemOf(call);
        if (call.Limits.TryEnterDownload(call.Client) is not { } place)
        {
            call.Http.Response.Headers.RetryAfter = "60";
            throw ApiException.TooMany("too many documents were asked for: wait a minute, then try again");
        }

        var opened = new DocumentParts(place);
        try
        {
            SetSummary set = await SetHandlers.FindAsync(call, call.Id, cancellationToken);
            using var late = new CancellationTokenSource(LongestLookup, call.Environment.Time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
            try
            {
                return await OpenAsync(call, set, item, opened, stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TransientException(
                    ErrorKind.Busy,
                    $"the document was not found within {LongestLookup.TotalSeconds:0} seconds: name it by its node reference"
                );
            }
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Which document the address names.</summary>
    /// <exception cref="ApiException">400: none, or more than one.</exception>
    public static string ItemOf(ApiCall call) =>
        call.Query("item", MaxItemLength)
        ?? throw ApiException.Invalid("item: name the document by its node reference, UUID, content URL or path");

    /// <exception cref="ApiException">404: nothing has the name, or several documents have it.</exception>
    public static async Task<T> LookUpAsync<T>(Func<Task<T>> look)
    {
        try
        {
            return await look();
        }
        catch (PermanentException e) when (e is { Kind: ErrorKind.Configuration, InnerException: null })
        {
            // A fault of this host's own files has a cause, and names a path that is not for clients. What follows the first
            // line names documents, of which the client asks by 'find'.
            throw ApiException.NotFound(PlainText.Escape(e.Message.Split('\n')[0]));
        }
    }

    private static async Task<DocumentAnswer> OpenAsync(
        ApiCall call,
        SetSummary set,
        string item,
        DocumentParts parts,
        CancellationToken stop
    )
    {
        (BackupRepository repository, LogHead head) = await call.Sets.OpenAsync(stop);
        RequireContentKeys(call, repository);
        parts.Held = await call.Sets.HoldAsync(set.Id, stop);
        SetCatalogues catalogues = await SetCatalogues.OpenAsync(repository, head.State, call.Warn, stop);
        SetManifest manifest = await catalogues.ReadManifestAsync(set);
        (Item found, (ContentRef Content, ChunkClass Class)? source) = await LookUpAsync(async () =>
        {
            CatalogueReader? catalogue = await catalogues.TryOpenAsync(manifest, call.Warn);
            Item named = await new ItemLookup(catalogue, set.Id, stop).FindAsync(item);
            return (named, await new ContentFiles(catalogues.Chunks, manifest).FindAsync(named.Url, stop));
        });
        if (source is not { } file)
        {
            throw ApiException.NotFound(
                $"set {set.Id} does not have the file of this document: it was missing when the set was made"
            );
        }

        // The first bytes are read before the answer begins: what is lost from its beginning on gets a proper error.
        parts.Stream = catalogues.Chunks.OpenRead(file.Content, file.Class);
        var first = new byte[(int)Math.Min(file.Content.Length, FirstBytes)];
        int read = await parts.Stream.ReadAsync(first, stop);
        return new DocumentAnswer(
            parts,
            first.AsMemory(0, read),
            new GivenDocument(
                set.Id.ToString(),
                found.Node?.NodeRef ?? "no known node",
                found.Url,
                found.Node?.Title ?? found.Url[(found.Url.LastIndexOf('/') + 1)..],
                file.Content.Length
            ),
            call.Client,
            call.Logger,
            call.Environment.Time
        );
    }

    private static void RequireContentKeys(ApiCall call, BackupRepository repository)
    {
        try
        {
            repository.RequireContentKeys("A document cannot be read");
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Configuration)
        {
            throw ApiException.NotConfigured(call.Text.Clean(e.Message));
        }
    }
}

/// <summary>What is open while a document goes out.</summary>
/// <param name="place">Its place among those that go out at once.</param>
internal sealed class DocumentParts(RateLimitLease place) : IAsyncDisposable
{
    public IAsyncDisposable? Held { get; set; }

    public Stream? Stream { get; set; }

    public async ValueTask DisposeAsync()
    {
        await (Stream?.DisposeAsync() ?? default);
        await (Held?.DisposeAsync() ?? default);
        place.Dispose();
    }
}
