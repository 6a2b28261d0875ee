using System.Net;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>An address to listen at.</summary>
/// <param name="Host">An address, or null for every one of this machine.</param>
/// <param name="Port">0: the system chooses one.</param>
internal sealed record ServeAddress(IPAddress? Host, int Port, bool IsTls)
{
    /// <param name="urls">With ';' between them.</param>
    /// <exception cref="PermanentException">
    /// Configuration: one that cannot be listened at, or that would show the key to the network.
    /// </exception>
    public static IReadOnlyList<ServeAddress> ParseAll(string urls, ServeOptions options)
    {
        string[] parts = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ServeAddress[] addresses = [.. parts.Select(url => Parse(url, options))];
        return addresses.Length > 0 ? addresses : throw Fault(urls, "names no address: write http://127.0.0.1:7090");
    }

    private static ServeAddress Parse(string url, ServeOptions options)
    {
        BindingAddress parsed = ParseBinding(url);
        bool isTls = parsed.Scheme == Uri.UriSchemeHttps;
        bool isHttp = isTls || parsed.Scheme == Uri.UriSchemeHttp;
        if (!isHttp || parsed.PathBase.Length > 0 || parsed.IsUnixPipe || parsed.IsNamedPipe)
        {
            throw Fault(url, "does not fit: write http://127.0.0.1:7090 or https://*:7443");
        }

        IPAddress? host = HostOf(parsed);
        if (!isTls && !options.AllowPlainHttp && (host is null || !IPAddress.IsLoopback(host)))
        {
            throw Fault(
                url,
                "would send the key in clear beyond this machine: write https:// (serve.certificateFile), "
                    + "or set serve.allowPlainHttp where a proxy has TLS"
            );
        }

        return isTls && options.CertificateFile is null
            ? throw Fault(url, "needs a certificate: set serve.certificateFile")
            : new ServeAddress(host, parsed.Port, isTls);
    }

    private static IPAddress? HostOf(BindingAddress parsed) =>
        parsed.Host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(parsed.Host.Trim('[', ']'), out IPAddress? address) ? address
        : null;

    private static BindingAddress ParseBinding(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw Fault(url, "does not fit: write http://127.0.0.1:7090 or https://*:7443", e);
        }
    }

    private static PermanentException Fault(string url, string fix, Exception? inner = null) =>
        new(ErrorKind.Configuration, $"serve.urls '{PlainText.Escape(url)}' {fix}", inner);
}
