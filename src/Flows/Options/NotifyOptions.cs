using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>The <c>notify</c> section: who is told what became of runs. Without a channel nobody is.</summary>
public sealed class NotifyOptions
{
    public PingOptions Ping { get; set; } = new();

    public WebhookOptions Webhook { get; set; } = new();

    public MailOptions Mail { get; set; } = new();

    /// <summary>Each run that went well is told by webhook and mail as well; else trouble alone, and its end.</summary>
    public bool OnSuccess { get; set; }

    /// <summary>The host that stays tells when the newest consistent set is older; null: it does not look.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>When the host that stays tells by webhook and mail what became of the last seven days: a cron expression;
    /// null: never.</summary>
    public string? Summary { get; set; }
}

/// <summary>The <c>notify.ping</c> section: a monitor that alarms where it hears nothing.</summary>
public sealed class PingOptions
{
    /// <summary>Asked with <c>/start</c> at its end when a run begins, as it is when it went well, with <c>/fail</c> when
    /// it did not.</summary>
    public string? Url { get; set; }

    /// <summary>A file that holds it, for it may be a secret.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? UrlFile { get; set; }
}

/// <summary>The <c>notify.webhook</c> section: an address that gets JSON.</summary>
public sealed class WebhookOptions
{
    /// <summary>A file that holds the URL, which is a secret at most services.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? UrlFile { get; set; }

    /// <summary>The URL itself, for the environment (<c>ABF__NOTIFY__WEBHOOK__URL</c>); refused in a file.</summary>
    public Secret? Url { get; set; }

    /// <summary>A file that holds the key of the signature; null: nothing is signed.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? SecretFile { get; set; }

    /// <summary>The key itself, for the environment (<c>ABF__NOTIFY__WEBHOOK__SECRET</c>); refused in a file.</summary>
    public Secret? Secret { get; set; }

    /// <summary>A file that holds the JSON to send, with <c>{{title}}</c> and the like in its texts; null: the document
    /// as it is.</summary>
    [PathSetting]
    public string? TemplateFile { get; set; }
}

/// <summary>The <c>notify.mail</c> section: a server that takes mail by SMTP.</summary>
public sealed class MailOptions
{
    /// <summary>The connection is encrypted from its beginning.</summary>
    public const string ImplicitTls = "tls";

    /// <summary>It is encrypted before anything is told; a server that cannot is refused.</summary>
    public const string StartTls = "starttls";

    public const string NoTls = "none";

    public string? Server { get; set; }

    /// <summary>Null: 587 with <c>starttls</c>, 465 with <c>tls</c>, 25 with <c>none</c>.</summary>
    public int? Port { get; set; }

    /// <summary><c>starttls</c>, <c>tls</c> or <c>none</c>.</summary>
    public string Tls { get; set; } = StartTls;

    public string? From { get; set; }

    public string[] To { get; set; } = [];

    /// <summary>Null: the server asks for none.</summary>
    public string? User { get; set; }

    /// <summary>A file that holds its password.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? PasswordFile { get; set; }

    /// <summary>The password itself, for the environment (<c>ABF__NOTIFY__MAIL__PASSWORD</c>); refused in a file.</summary>
    public Secret? Password { get; set; }
}
