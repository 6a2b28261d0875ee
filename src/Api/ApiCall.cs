using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Flows.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace AlfrescoBackupFlows.Api;

/// <summary>One request with what its handler needs.</summary>
public sealed class ApiCall
{
    private const int MaxBodyBytes = 16 * 1024;

    internal ApiCall(
        HttpContext http,
        FlowEnvironment environment,
        IFlowInstances flows,
        TextScrubber scrubber,
        ApiLimits limits,
        ILogger logger
    )
    {
        (Http, Environment, Flows, Text) = (http, environment, flows, scrubber);
        (Limits, Logger) = (limits, logger);
        Sets = new InstallationSets(environment);
    }

    internal HttpContext Http { get; }

    internal FlowEnvironment Environment { get; }

    internal IFlowInstances Flows { get; }

    internal InstallationSets Sets { get; }

    /// <summary>Takes paths and secrets out of what was written for administrators.</summary>
    public TextScrubber Text { get; }

    internal ApiLimits Limits { get; }

    internal ILogger Logger { get; }

    internal void Warn(string line) => Logs.Warned(Logger, line);

    /// <summary>Who asks, as far as the host can tell.</summary>
    internal IPAddress? Client => Http.Connection.RemoteIpAddress;

    /// <summary>The path's <c>{id}</c>.</summary>
    internal string Id => Http.GetRouteValue("id") as string ?? throw ApiException.NotFound();

    /// <summary>A parameter of the address; null: it is not there, or empty.</summary>
    /// <exception cref="ApiException">400: it is there more than once, or longer than it may be.</exception>
    internal string? Query(string name, int maxLength)
    {
        StringValues given = Http.Request.Query[name];
        return given.Count switch
        {
            0 => null,
            1 when given[0] is { Length: var length } text && length <= maxLength => length == 0 ? null : text,
            1 => throw ApiException.Invalid($"{name}: write at most {maxLength} characters"),
            _ => throw ApiException.Invalid($"{name} is there more than once"),
        };
    }

    /// <summary>A whole number of the address.</summary>
    /// <param name="usual">Where it is not there.</param>
    /// <exception cref="ApiException">400: it is none, or out of its range.</exception>
    internal int Number(string name, int usual, int min, int max) =>
        Query(name, maxLength: 20) is not { } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number >= min
        && number <= max
            ? number
        : throw ApiException.Invalid($"{name}: write a number from {min} to {max}");

    /// <summary>The body; the default where there is none.</summary>
    /// <exception cref="ApiException">400: too long, no JSON, or with unknown members.</exception>
    internal async Task<T> ReadBodyAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class, new()
    {
        byte[] body = await ReadBytesAsync(cancellationToken);
        if (body.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return new T();
        }

        try
        {
            return JsonSerializer.Deserialize(body, type) ?? new T();
        }
        catch (JsonException e)
        {
            string where = e.Path is { Length: > 1 } path
                ? $"member {path.TrimStart('$', '.')}"
                : "no valid JSON, or an unknown member";
            throw ApiException.Invalid($"the body does not fit: {where}");
        }
    }

    internal static IResult Ok<T>(T document, JsonTypeInfo<T> type) => TypedResults.Json(document, type);

    /// <summary>202, with the place of the status.</summary>
    internal IResult Accepted<T>(T document, JsonTypeInfo<T> type, string status)
    {
        Http.Response.Headers.Location = status;
        return TypedResults.Json(document, type, statusCode: StatusCodes.Status202Accepted);
    }

    private async Task<byte[]> ReadBytesAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBodyBytes + 1];
        int length;
        try
        {
            length = await Http.Request.Body.ReadAtLeastAsync(
                buffer,
                buffer.Length,
                throwOnEndOfStream: false,
                cancellationToken
            );
        }
        catch (IOException e)
        {
            // The host's own limit, or a body that is no HTTP: a size of a chunk that no number holds is reported as this,
            // too.
            throw ApiException.Invalid($"the body cannot be read: {e.Message}");
        }

        return length <= MaxBodyBytes
            ? buffer[..length]
            : throw ApiException.Invalid($"the body has more than {MaxBodyBytes} bytes");
    }
}
