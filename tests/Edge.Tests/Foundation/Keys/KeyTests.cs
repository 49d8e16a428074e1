using System.Text.Json;
using Edge.Foundation.Keys;

namespace Edge.Tests.Foundation.Keys;

/// <summary>Keys as values and as texts; tests/vectors/keys holds what Tailscale's parsers take.</summary>
public sealed class KeyTests
{
    // `wg genkey` and `wg pubkey` of wireguard-tools 1.0.20210914.
    private const string PrivateText = "oNg/1gK2V3Y4seIfZUNkyfRaOVBpthzytkT7yyE5lXs=";
    private const string PublicText = "VZbJ2o6wo4Mu6gaqTSElSaKT3i06PD4r8bj0upxcBnE=";

    [Test]
    public async Task A_private_key_of_wg_has_the_public_key_that_wg_says()
    {
        await Assert.That(PrivateKey.TryParse(PrivateText, out PrivateKey? key)).IsTrue();
        await Assert.That(key!.PublicKey.ToString()).IsEqualTo(PublicText);
        await Assert.That(PublicKey.TryParse(PublicText, out PublicKey publicKey)).IsTrue();
        await Assert.That(publicKey).IsEqualTo(key.PublicKey);
    }

    [Test]
    [Arguments("", "empty")]
    [Arguments("aAcSqV0Eo9jBG+ZkOTFDpeFgrtMykPjHyMbS4KZfDFk", "no padding")]
    [Arguments("aAcSqV0Eo9jBG+ZkOTFDpeFgrtMykPjHyMbS4KZfDFl=", "other bits behind the last byte")]
    [Arguments(" aAcSqV0Eo9jBG+ZkOTFDpeFgrtMykPjHyMbS4KZfDF=", "white space")]
    [Arguments("aAcSqV0Eo9jBG+ZkOTFDpeFgrtMykPjHyMbS4KZfDA==", "31 bytes")]
    [Arguments("aAcSqV0Eo9jBG-ZkOTFDpeFgrtMykPjHyMbS4KZfDFk=", "the alphabet of URLs")]
    [Arguments("oNg/1gK2V3Y4seIfZUNkyfRaOVBpthzytkT7yyE5lXs=oNg/1gK2V3Y4seIfZUNkyfRaOVBpthzytkT7yyE5lXs=", "twice")]
    public async Task What_wg_would_not_print_is_no_key(string text, string why)
    {
        await Assert.That(PublicKey.TryParse(text, out _)).IsFalse().Because(why);
        await Assert.That(PrivateKey.TryParse(text, out _)).IsFalse().Because(why);
        await Assert.That(PresharedKey.TryParse(text, out _)).IsFalse().Because(why);
    }

    [Test]
    public async Task Secrets_have_no_text_and_are_gone_when_disposed()
    {
        _ = PrivateKey.TryParse(PrivateText, out PrivateKey? key);
        _ = PresharedKey.TryParse(PrivateText, out PresharedKey? preshared);
        await Assert.That($"{key} {preshared}").IsEqualTo("(private key) (pre-shared key)");
        await Assert.That(key!.Equals(new PrivateKey(key.KeyPair.PrivateKey))).IsTrue();
        await Assert.That(preshared!.Equals(new PresharedKey(new byte[32]))).IsFalse();
        await Assert.That(preshared.Equals(new PresharedKey(preshared.Bytes))).IsTrue();
        key.Dispose();
        preshared.Dispose();
        await Assert.That(() => key.KeyPair.PrivateKey.Length).Throws<ObjectDisposedException>();
        await Assert.That(() => preshared.Bytes.Length).Throws<ObjectDisposedException>();
        await Assert.That(key.PublicKey.ToString()).IsEqualTo(PublicText);
    }

    [Test]
    public async Task Texts_are_as_Tailscale_writes_them()
    {
        int count = 0;
        foreach (JsonElement form in Read("text_forms.json"))
        {
            string kind = form.GetProperty("kind").GetString()!;
            if (kind == "derive")
            {
                foreach (string name in (string[])["machine", "node", "disco"])
                {
                    using var key = new PrivateKey(Convert.FromHexString(form.GetProperty($"{name}_private").GetString()!));
                    await Assert.That(Text($"{name}_public", key.PublicKey)).IsEqualTo(form.GetProperty($"{name}_public").GetString());
                    count++;
                }
                continue;
            }
            if (kind is not ("machine_public" or "node_public" or "disco_public" or "challenge_public"))
                continue;
            await Assert.That(Text(kind, new PublicKey(Convert.FromHexString(form.GetProperty("raw").GetString()!)))).IsEqualTo(form.GetProperty("text").GetString());
            count++;
        }
        await Assert.That(count).IsGreaterThan(20);
    }

    [Test]
    public async Task Texts_are_judged_as_Tailscale_judges_them()
    {
        int count = 0;
        foreach (JsonElement verdict in Read("parse_verdicts.json"))
        {
            string text = verdict.GetProperty("text").GetString()!;
            bool? isTaken = verdict.GetProperty("kind").GetString() switch
            {
                "machine_private" or "node_private" => PrivateKey.TryParseHex(text, out _),
                "machine_public" => KeyOf<MachineKind>.TryParse(text, out _),
                "node_public" => KeyOf<NodeKind>.TryParse(text, out _),
                "disco_public" => KeyOf<DiscoKind>.TryParse(text, out _),
                _ => null,
            };
            if (isTaken is null)
                continue;
            await Assert.That(isTaken).IsEqualTo(verdict.GetProperty("accepted").GetBoolean()).Because(verdict.GetProperty("why").GetString()!);
            count++;
        }
        await Assert.That(count).IsEqualTo(85);
    }

    private static string Text(string kind, PublicKey key) => kind switch
    {
        "machine_public" => new KeyOf<MachineKind>(key).ToString(),
        "node_public" => new KeyOf<NodeKind>(key).ToString(),
        "disco_public" => new KeyOf<DiscoKind>(key).ToString(),
        _ => new KeyOf<ChallengeKind>(key).ToString(),
    };

    private static JsonElement.ArrayEnumerator Read(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "vectors", "keys", name)));
        return document.RootElement.Clone().EnumerateArray();
    }
}
