using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>A running <c>abf serve</c>, and a client that brings its key and remembers every answer.</summary>
internal sealed class ServedApi : IDisposable
{
    public const string Key = "0123456789abcdef-key";

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _client;

    private ServedApi(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"serve ended: {Said}"));
        process.EnableRaisingEvents = true;
        process.BeginErrorReadLine();
    }

    public HttpClient Client => _client!;

    /// <summary>Every body that was answered.</summary>
    public List<string> Answers { get; } = [];

    /// <summary>What it wrote to stderr.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public static void Configure(AbfRig abf)
    {
        JsonObject serve = (JsonObject)(abf.Config["serve"] ??= new JsonObject());
        serve["keyFile"] = abf.WriteSecret("api-key", Key + "\n");
        serve["urls"] = "http://127.0.0.1:0";
    }

    public static async Task<ServedApi> StartAsync(AbfRig abf)
    {
        var served = new ServedApi(abf.Start("serve"));
        served._client = new HttpClient
        {
            BaseAddress = await served._address.Task.WaitAsync(TestContext.Current.CancellationToken),
        };
        served._client.DefaultRequestHeaders.Add("x-functions-key", Key);
        return served;
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(
        HttpMethod method,
        string path,
        string? body = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Answers.Add($"{response.Headers}{text}");
        return (response.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    /// <summary>Asks until it has ended.</summary>
    public async Task<JsonElement> FollowAsync(string status)
    {
        while (true)
        {
            (HttpStatusCode code, JsonElement json) = await SendAsync(HttpMethod.Get, status);
            Assert.Equal(HttpStatusCode.OK, code);
            if (json.GetProperty("state").GetString() != "running")
            {
                return json;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }

    public Task SignalAsync(string signal) => Shell.SignalAsync(_process.Id, signal);

    /// <summary>Until it has said this.</summary>
    public async Task HearAsync(string text)
    {
        while (!Said.Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends the signal and returns the exit code.</summary>
    public async Task<int> EndAsync(string signal)
    {
        await Shell.SignalAsync(_process.Id, signal);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _client?.Dispose();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }

        if (line?.IndexOf("listening at ", StringComparison.Ordinal) is >= 0 and var at)
        {
            _address.TrySetResult(new Uri(line[(at + "listening at ".Length)..]));
        }
    }
}
