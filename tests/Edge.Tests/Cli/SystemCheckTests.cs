using System.Text.Json;
using Edge.Cli;
using Edge.Io;

namespace Edge.Tests.Cli;

public sealed class SystemCheckTests
{
    [Test]
    public async Task A_line_is_state_name_and_detail_with_the_advice_below()
    {
        var finding = new Finding("resolver", FindingState.Warning, "no file", "Mount one.");
        await Assert.That(SystemCheck.Text(finding)).IsEqualTo("warning  resolver: no file\n         Mount one.\n");
    }

    [Test]
    public async Task A_phase_has_its_time()
    {
        var finding = new Finding("dns", FindingState.Ok, "a is 127.0.0.1", Milliseconds: 1.24);
        await Assert.That(SystemCheck.Text(finding)).IsEqualTo("ok       dns: a is 127.0.0.1 (1.2 ms)\n");
    }

    [Test]
    public async Task The_json_form_is_one_document_with_the_checks_of_the_text_form()
    {
        var text = new StringWriter();
        var json = new StringWriter();
        int code = await SystemCheck.Run(new SystemCheckOptions(), text, CancellationToken.None);
        await Assert.That(await SystemCheck.Run(new SystemCheckOptions(Json: true), json, CancellationToken.None)).IsEqualTo(code);

        using JsonDocument document = JsonDocument.Parse(json.ToString());
        string[] names = [.. document.RootElement.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];
        await Assert.That(string.Join(", ", names)).IsEqualTo("cpu, libsodium, openssl, aead, entropy, resolver, ca bundle, root, state");
        await Assert.That(document.RootElement.GetProperty("ok").GetBoolean()).IsEqualTo(code == 0);
        string[] lines = [.. text.ToString().Split('\n').Where(l => l.Length > 0 && !l.StartsWith(' '))];
        await Assert.That(lines.Length).IsEqualTo(names.Length);
    }
}
