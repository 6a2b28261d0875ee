using System.Net;
using System.Net.Sockets;
using System.Text;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

/// <summary>
/// Requests that two servers in a row could read in two ways, and those that a page in a browser on the same machine
/// can send: it cannot send the key, whatever name it has for this host.
/// </summary>
[Trait("needs", "server")]
public sealed class HostileRequestTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private const string Host = "host: x\r\n";
    private const string Key = $"x-functions-key: {ServedApi.Key}\r\n";
    private const string Last = "connection: close\r\n\r\n";

    /// <summary>What would be taken for a request of its own where a body ends in two places.</summary>
    private const string Smuggled = $"GET /api/health HTTP/1.1\r\n{Host}{Key}{Last}";

    [Fact]
    public async Task One_request_is_one_request_and_a_browser_is_told_nothing()
    {
        await ServerAsync();
        ServedApi.Configure(Abf);
        using ServedApi api = await ServedApi.StartAsync(Abf);
        int port = api.Client.BaseAddress!.Port;

        foreach (
            (string request, string status) in (IEnumerable<(string, string)>)
                [
                    (Verify("content-length: 6\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n" + Smuggled), "404"),
                    (Verify("content-length: 2\r\ncontent-length: 3\r\n", "{}" + Smuggled), "400"),
                    (Verify("content-length: -1\r\n", Smuggled), "400"),
                    (Verify("content-length : 2\r\n", "{}" + Smuggled), "400"),
                    (Verify("transfer-encoding: xchunked\r\n", "0\r\n\r\n" + Smuggled), "400"),
                    (Verify("transfer-encoding: chunked, identity\r\n", "0\r\n\r\n" + Smuggled), "400"),
                    (Verify("transfer-encoding: chunked\r\n", "2;\nxx\r\n12\r\n0\r\n\r\n" + Smuggled), "400"),
                    ($"GET http://elsewhere/api/health HTTP/1.1\r\n{Host}{Key}{Last}", "400"),
                    ($"GET /api/health HTTP/1.1\r\n{Key}{Last}", "400"),
                    ($"GET /api/health?code={ServedApi.Key} HTTP/1.1\r\n{Host}{Last}", "401"),
                    ($"GET /api/health HTTP/1.1\r\n{Host}{Key}{Key}{Last}", "401"),
                    (
                        $"GET /api/health HTTP/1.1\r\nhost: rebound.example\r\norigin: http://rebound.example\r\n{Last}",
                        "401"
                    ),
                    (
                        $"OPTIONS /api/backups HTTP/1.1\r\n{Host}origin: http://page.example\r\n"
                            + $"access-control-request-method: POST\r\naccess-control-request-headers: x-functions-key\r\n{Last}",
                        "401"
                    ),
                    ($"GET /api/sets/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n{Host}{Key}{Last}", "404"),
                    ($"GET /api/backups/../../../etc/passwd HTTP/1.1\r\n{Host}{Key}{Last}", "404"),
                    ($"GET /api/backups/a%0d%0aset-cookie:x=1 HTTP/1.1\r\n{Host}{Key}{Last}", "404"),
                    ($"GET /api/restores/a%00b HTTP/1.1\r\n{Host}{Key}{Last}", "400"),
                ]
        )
        {
            string answer = await AskAsync(port, request);
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
            string headers = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
            Assert.DoesNotContain("access-control", headers, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("set-cookie", headers, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(0, await api.EndAsync("TERM"));
    }

    /// <summary>Of a set that is not there: whoever reads the request whole answers 404.</summary>
    private static string Verify(string headers, string body) =>
        $"POST /api/sets/none/verify HTTP/1.1\r\n{Host}{Key}{headers}\r\n{body}";

    /// <summary>All that comes until the server closes.</summary>
    private static async Task<string> AskAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        using var answer = new StreamReader(client.GetStream(), Encoding.Latin1);
        return await answer.ReadToEndAsync(Token);
    }
}
