using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

/// <summary>Clients without a key that open connections, or send without an end, to <c>abf serve</c>.</summary>
[Trait("needs", "server")]
public sealed class ConnectionLimitTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Theory]
    [InlineData(1, ConnectionLimits.MaxConnectionsPerAddress)]
    [InlineData(20, ConnectionLimits.MaxConnections)]
    public async Task Connections_beyond_the_limits_are_closed_in_silence_and_the_server_lives_on(
        int addresses,
        int served
    )
    {
        await ServerAsync();
        ServedApi.Configure(Abf);
        using ServedApi api = await ServedApi.StartAsync(Abf);
        var clients = new List<Socket>();
        try
        {
            for (int i = 0; i < 3 * ConnectionLimits.MaxConnections; i++)
            {
                var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients.Add(client);
                client.Bind(new IPEndPoint(IPAddress.Parse($"127.0.1.{1 + (i % addresses)}"), 0));
                await ConnectAsync(client, api.Client.BaseAddress!.Port);
            }

            await foreach (
                Task<bool> closed in Task.WhenEach(clients.Select(IsClosedAsync)).Take(clients.Count - served)
            )
            {
                Assert.True(await closed);
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        Assert.Equal(HttpStatusCode.OK, (await AskUntilServedAsync(api)).StatusCode);
        Assert.DoesNotContain("warning", api.Said, StringComparison.Ordinal);
        Assert.Equal(0, await api.EndAsync("TERM"));
    }

    [Theory]
    [InlineData("GET /api/health HTTP/1.1\r\nhost: x\r\nx-long: ", 17 * 1024, "431")]
    [InlineData("GET /api/health?", 5 * 1024, "414")]
    public async Task A_request_that_is_too_long_is_refused_before_it_is_read_whole(
        string begin,
        int length,
        string status
    )
    {
        await ServerAsync();
        ServedApi.Configure(Abf);
        using ServedApi api = await ServedApi.StartAsync(Abf);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, api.Client.BaseAddress!.Port, Token);

        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(begin + new string('x', length)), Token);
        using var answer = new StreamReader(client.GetStream());

        Assert.Contains($" {status} ", await answer.ReadLineAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunk_whose_size_no_number_holds_is_a_bad_request()
    {
        await ServerAsync();
        ServedApi.Configure(Abf);
        using ServedApi api = await ServedApi.StartAsync(Abf);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, api.Client.BaseAddress!.Port, Token);

        await client
            .GetStream()
            .WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /api/backups HTTP/1.1\r\nhost: x\r\nx-functions-key: {ServedApi.Key}\r\n"
                        + "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}"
                ),
                Token
            );
        using var answer = new StreamReader(client.GetStream());

        Assert.Contains(" 400 ", await answer.ReadLineAsync(Token), StringComparison.Ordinal);
    }

    /// <summary>Of a client with the key: nobody else's body is read.</summary>
    [Fact]
    public async Task A_body_that_comes_too_slowly_is_cut_off_and_starts_nothing()
    {
        await ServerAsync();
        ServedApi.Configure(Abf);
        using ServedApi api = await ServedApi.StartAsync(Abf);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, api.Client.BaseAddress!.Port, Token);

        await client
            .GetStream()
            .WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /api/backups HTTP/1.1\r\nhost: x\r\nx-functions-key: {ServedApi.Key}\r\n"
                        + "content-type: application/json\r\ncontent-length: 60000\r\n\r\n{"
                ),
                Token
            );
        using var answer = new StreamReader(client.GetStream());

        // To the end of the connection: nothing more is read of it.
        string said = await answer.ReadToEndAsync(Token);
        Assert.StartsWith("HTTP/1.1 400 ", said, StringComparison.Ordinal);
        Assert.Contains("too slowly", said, StringComparison.Ordinal);
        (_, JsonElement health) = await api.SendAsync(HttpMethod.Get, "/api/health");
        Assert.Equal(JsonValueKind.Null, health.GetProperty("running").ValueKind);
    }

    private static async Task ConnectAsync(Socket client, int port)
    {
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Token);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            // Closed already.
        }
    }

    /// <summary>Closed by the other side: a read ends, with nothing or with a reset.</summary>
    private static async Task<bool> IsClosedAsync(Socket client)
    {
        try
        {
            return await client.ReceiveAsync(new byte[1], SocketFlags.None, Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>The connections of before are gone a moment after they were closed here.</summary>
    private static async Task<HttpResponseMessage> AskUntilServedAsync(ServedApi api)
    {
        while (true)
        {
            try
            {
                return await api.Client.GetAsync(new Uri("/api/health", UriKind.Relative), Token);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
            }
        }
    }
}
