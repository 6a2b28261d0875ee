using System.Globalization;
using System.Net;

namespace AlfrescoBackupFlows.Testing;

/// <summary>What goes wrong with a request on its way.</summary>
public enum HttpFault
{
    /// <summary>The server answers 500, and has done nothing.</summary>
    InternalError,

    /// <summary>The server answers 503, and has done nothing.</summary>
    Unavailable,

    /// <summary>The connection ends before the server has the request.</summary>
    NotSent,

    /// <summary>The server did what was asked; the connection ends before its answer comes.</summary>
    AnswerLost,

    /// <summary>The connection ends within the body of the answer.</summary>
    AnswerCut,
}

/// <param name="Number">1 for the first request.</param>
/// <param name="Does">Method, and what the query and the headers say further.</param>
/// <param name="Path">Of the URL, without the query.</param>
public sealed record HttpCall(int Number, string Does, string Path)
{
    public override string ToString() => $"request {Number}: {Does} {Path}";
}

/// <summary>Requests that go wrong as planned: beneath a client's own retries, which number each try anew.</summary>
public sealed class FaultyHttp(HttpMessageHandler inner, Func<HttpCall, HttpFault?> plan) : DelegatingHandler(inner)
{
    private int _calls;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        HttpFault? fault = plan(
            new HttpCall(Interlocked.Increment(ref _calls), Describe(request), request.RequestUri!.AbsolutePath)
        );
        switch (fault)
        {
            case HttpFault.InternalError or HttpFault.Unavailable:
                HttpStatusCode status =
                    fault == HttpFault.Unavailable
                        ? HttpStatusCode.ServiceUnavailable
                        : HttpStatusCode.InternalServerError;
                return new HttpResponseMessage(status) { RequestMessage = request };
            case HttpFault.NotSent:
                throw new HttpRequestException(HttpRequestError.ConnectionError, "the connection was refused");
            case HttpFault.AnswerLost:
                (await base.SendAsync(request, cancellationToken)).Dispose();
                throw new HttpRequestException(
                    HttpRequestError.ResponseEnded,
                    "the connection ended before the answer"
                );
            case HttpFault.AnswerCut:
                HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
                response.Content = new CutContent(
                    response.Content,
                    await response.Content.ReadAsByteArrayAsync(cancellationToken)
                );
                return response;
            default:
                return await base.SendAsync(request, cancellationToken);
        }
    }

    private static string Describe(HttpRequestMessage request)
    {
        string[] query = request.RequestUri!.Query.TrimStart('?').Split('&');
        string component = query.FirstOrDefault(part => part.StartsWith("comp=", StringComparison.Ordinal)) ?? "";
        string action = request.Headers.TryGetValues("x-ms-lease-action", out IEnumerable<string>? actions)
            ? actions.First()
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{request.Method} {component} {action}")
            .Replace("  ", " ", StringComparison.Ordinal)
            .TrimEnd();
    }

    /// <summary>Half of a body under the headers of the whole.</summary>
    private sealed class CutContent : HttpContent
    {
        private readonly byte[] _body;

        public CutContent(HttpContent whole, byte[] body)
        {
            _body = body;
            foreach ((string name, IEnumerable<string> values) in whole.Headers)
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new CutStream(_body));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            new CutStream(_body).CopyToAsync(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }

    private sealed class CutStream(byte[] body) : Stream
    {
        private readonly MemoryStream _half = new(body, 0, body.Length / 2, writable: false);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            _half.Read(buffer, offset, count) is > 0 and var read
                ? read
                : throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection ended within the answer");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
