using System.Text;

namespace AlfrescoBackupFlows.Platform;

/// <summary>A password, passphrase, connection string or signature. Prints as <c>[secret]</c>; the value is read only
/// where it is used.</summary>
public sealed class Secret
{
    private readonly string _value;

    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>The value itself. Never put it into a log, an error, a command line or a persisted state.</summary>
    public string Reveal() => _value;

    /// <summary>The value as UTF-8; the caller clears the array after use.</summary>
    public byte[] RevealUtf8() => Encoding.UTF8.GetBytes(_value);

    public override string ToString() => "[secret]";
}
