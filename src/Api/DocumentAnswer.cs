using System.Buffers;
using System.Net;
using AlfrescoBackupFlows.Api.Handlers;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace AlfrescoBackupFlows.Api;

/// <summary>A document that is given out, as the log has it.</summary>
/// <param name="NodeRef">Or that there is none.</param>
/// <param name="Name">As the database has it.</param>
internal sealed record GivenDocument(string Set, string NodeRef, string Url, string Name, long Length);

/// <summary>
/// The bytes of a document, as a file to keep: a browser runs and shows nothing of it. Each chunk is recomputed before a
/// byte of it goes out, and what cannot be read to its end is cut off before the length that was announced: no client
/// takes a damaged document for a whole one.
/// </summary>
/// <param name="parts">Closed when the document has gone out.</param>
/// <param name="first">The first bytes, which were read already.</param>
internal sealed class DocumentAnswer(
    DocumentParts parts,
    ReadOnlyMemory<byte> first,
    GivenDocument document,
    IPAddress? client,
    ILogger logger,
    TimeProvider time
) : IResult
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>
    /// For one buffer: 1 KiB a second. The server looks at the average alone, so that who was quick at first could stop for
    /// days, and hold the set and a place among those that go out.
    /// </summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(256);

    private readonly string _nodeRef = PlainText.Excerpt(document.NodeRef);
    private readonly string _url = PlainText.Excerpt(document.Url);
    private long _sent;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using DocumentParts open = parts;
        WriteHeaders(httpContext.Response);
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }

        Logs.GivenOut(logger, client, document.Length, _nodeRef, _url, document.Set);
        try
        {
            await CopyAsync(open.Stream!, httpContext.Response.Body, httpContext.RequestAborted);
        }
#pragma warning disable CA1031 // The answer has begun: whatever it is, the client gets a broken one and the log gets why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string reason =
                e is not TimeoutException && httpContext.RequestAborted.IsCancellationRequested
                    ? "the client went away"
                    : e.Message;
            Logs.CutOff(logger, client, _sent, document.Length, _nodeRef, _url, document.Set, Secret.Redact(reason));
            httpContext.Abort();
        }
    }

    private async Task CopyAsync(Stream content, Stream body, CancellationToken aborted)
    {
        await SendAsync(body, first, aborted);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await content.ReadAsync(buffer.AsMemory(0, BufferBytes), aborted) is var read and > 0)
            {
                await SendAsync(body, buffer.AsMemory(0, read), aborted);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await body.FlushAsync(aborted);
    }

    private async Task SendAsync(Stream body, ReadOnlyMemory<byte> bytes, CancellationToken aborted)
    {
        using var late = new CancellationTokenSource(LongestWrite, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, late.Token);
        try
        {
            await body.WriteAsync(bytes, stop.Token);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"the client took nothing for {LongestWrite.TotalSeconds:0} seconds", e);
        }

        _sent += bytes.Length;
    }

    private void WriteHeaders(HttpResponse response)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(FileName.Safe(document.Name));
        IHeaderDictionary headers = response.Headers;
        response.ContentType = "application/octet-stream";
        response.ContentLength = document.Length;
        headers.ContentDisposition = disposition.ToString();
        headers.CacheControl = "no-store";
        headers.AcceptRanges = "none";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
