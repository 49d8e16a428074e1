using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Edge.Crypto.Noise;

/// <summary>
/// One side of a Noise handshake (revision 34 section 5.3), without I/O: bytes in, bytes out, the ephemeral key is an argument.
/// An instance can be started again and again; no call allocates.
/// <para>A message that is refused changes nothing: the genuine one can still come.</para>
/// <para>
/// Initiator: <see cref="StartInitiator"/>, <see cref="WriteMessage"/>, <see cref="ReadMessage"/>, <see cref="Split"/>.
/// Responder: <see cref="StartResponder"/>, <see cref="ReadMessage"/> (or <see cref="ReadStatic"/> first, to learn who it is and set what belongs
/// to that peer), <see cref="WriteMessage"/>, <see cref="Split"/>.
/// </para>
/// </summary>
/// <param name="protocol">The pattern.</param>
public sealed class NoiseHandshake(NoiseProtocol protocol) : IDisposable
{
    private X25519KeyPair? _local;
    private State _state;

    public NoiseProtocol Protocol => protocol;

    public bool IsInitiator => _state.IsInitiator;

    /// <summary>Both messages have passed: <see cref="Split"/> gives the keys.</summary>
    public bool IsComplete => _local is not null && _state.Message == 2;

    /// <summary>32 bytes: the other side's static public key; the responder knows it once the first message, or its static part, was read.</summary>
    public ReadOnlySpan<byte> RemoteStatic
    {
        get
        {
            if (!_state.HasRemoteStatic)
                throw new InvalidOperationException("the other side's static key is not known yet: read the first message");
            return _state.RemoteStatic;
        }
    }

    /// <summary>32 bytes: the hash of all that has passed. Of a complete handshake it names the channel (section 11.2).</summary>
    public ReadOnlySpan<byte> Hash => Started(ref _state).Symmetric.Hash;

    internal ReadOnlySpan<byte> ChainingKey => Started(ref _state).Symmetric.ChainingKey;

    /// <summary>Begins a handshake with a responder whose static key is known.</summary>
    /// <param name="prologue">What both sides must agree on, any size (section 6).</param>
    /// <param name="local">Ours; only referred to, must live until <see cref="Clear"/>.</param>
    /// <param name="remoteStatic">32 bytes.</param>
    public void StartInitiator(ReadOnlySpan<byte> prologue, X25519KeyPair local, ReadOnlySpan<byte> remoteStatic)
    {
        Sizes.Require(remoteStatic, X25519.Size);
        Start(prologue, local, isInitiator: true, remoteStatic);
        remoteStatic.CopyTo(_state.RemoteStatic);
        _state.HasRemoteStatic = true;
    }

    /// <summary>Begins a handshake with whoever sends the first message.</summary>
    /// <param name="prologue">What both sides must agree on, any size (section 6).</param>
    /// <param name="local">Ours; only referred to, must live until <see cref="Clear"/>.</param>
    public void StartResponder(ReadOnlySpan<byte> prologue, X25519KeyPair local) => Start(prologue, local, isInitiator: false, local.PublicKey);

    /// <summary>Sets the key of a <c>psk</c> pattern, at the latest before the message that mixes it in.</summary>
    /// <param name="key">32 bytes. WireGuard without one has 32 zero bytes.</param>
    public void SetPresharedKey(ReadOnlySpan<byte> key)
    {
        Sizes.Require(key, X25519.Size);
        if (!protocol.IsPresharedKeyMixed)
            throw new InvalidOperationException("this pattern has no pre-shared key");
        key.CopyTo(Started(ref _state).PresharedKey);
        _state.HasPresharedKey = true;
    }

    /// <summary>
    /// Sets what DH of both static keys gives, which never changes for a pair of them: it saves each side the fourth part of its work.
    /// To be set before the first message is written, or between <see cref="ReadStatic"/> and <see cref="ReadMessage"/>.
    /// </summary>
    /// <param name="shared">32 bytes, of <see cref="X25519KeyPair.Agree"/> with <see cref="RemoteStatic"/>.</param>
    public void SetStaticShared(ReadOnlySpan<byte> shared)
    {
        Sizes.Require(shared, X25519.Size);
        shared.CopyTo(Started(ref _state).StaticShared);
        _state.HasStaticShared = true;
    }

    /// <summary>Writes our message of the pattern.</summary>
    /// <param name="ephemeral">32 random bytes, never used before: our ephemeral private key.</param>
    /// <param name="payload">May be empty. Must not overlap <paramref name="message"/>.</param>
    /// <param name="message">Receives the payload's size + <see cref="NoiseProtocol.InitiationOverhead"/> or <see cref="NoiseProtocol.ResponseOverhead"/> bytes, exactly.</param>
    /// <returns>False when a key of the other side is of low order; nothing changes then and <paramref name="message"/> is zeroed.</returns>
    public bool WriteMessage(ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> payload, Span<byte> message)
    {
        RequireTurn(isOurs: true);
        Sizes.Require(ephemeral, X25519.Size);
        Sizes.Require(message, payload.Length + Overhead);
        if (payload.Overlaps(message))
            throw new ArgumentException("payload and message overlap");
        State draft = _state;
        bool isWritten = Write(ref draft, ephemeral, payload, message);
        if (isWritten)
            _state = draft;
        else
            message.Clear();
        Zero(ref draft);
        return isWritten;
    }

    /// <summary>Reads the first message as far as the sender's static key, so that the rest can depend on who it is. <see cref="ReadMessage"/> goes on from there.</summary>
    /// <param name="message">The whole message.</param>
    /// <returns>False when it is not genuine so far; nothing changes then.</returns>
    public bool ReadStatic(ReadOnlySpan<byte> message)
    {
        RequireTurn(isOurs: false);
        if (_state.IsInitiator || _state.Token != 0)
            throw new InvalidOperationException("only the responder reads a static key, and once");
        if (message.Length < Overhead)
            return false;
        State draft = _state;
        bool isRead = Read(ref draft, message, out _, isStaticEnough: true);
        if (isRead)
            _state = draft;
        Zero(ref draft);
        return isRead;
    }

    /// <summary>Reads the other side's message of the pattern.</summary>
    /// <param name="message">The whole message, from anywhere.</param>
    /// <param name="payload">Receives <paramref name="message"/>'s size - <see cref="NoiseProtocol.InitiationOverhead"/> or <see cref="NoiseProtocol.ResponseOverhead"/> bytes; zeroed when the result is false.</param>
    /// <returns>False when it is too short or not genuine; nothing changes then.</returns>
    public bool ReadMessage(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        RequireTurn(isOurs: false);
        if (message.Length < Overhead)
            return false;
        Sizes.Require(payload, message.Length - Overhead);
        State draft = _state;
        bool isRead = Read(ref draft, message, out int position) && draft.Symmetric.DecryptAndHash(message[position..], payload);
        if (isRead)
        {
            (draft.Message, draft.Token, draft.Position) = (draft.Message + 1, 0, 0);
            _state = draft;
        }
        else
        {
            payload.Clear();
        }
        Zero(ref draft);
        return isRead;
    }

    /// <summary>Gives the keys of a complete handshake, each for one direction with a counter from 0, and clears it.</summary>
    /// <param name="send">Receives 32 bytes.</param>
    /// <param name="receive">Receives 32 bytes.</param>
    public void Split(Span<byte> send, Span<byte> receive)
    {
        Sizes.Require(send, ChaCha20Poly1305.KeySize);
        Sizes.Require(receive, ChaCha20Poly1305.KeySize);
        if (!IsComplete)
            throw new InvalidOperationException("the handshake is not complete");
        if (_state.IsInitiator)
            _state.Symmetric.Split(send, receive);
        else
            _state.Symmetric.Split(receive, send);
        Clear();
    }

    /// <summary>Zeroes all secrets. The instance can be started again.</summary>
    public void Clear()
    {
        Zero(ref _state);
        _local = null;
    }

    public void Dispose() => Clear();

    public override string ToString() => $"({(_local is null ? "idle" : IsInitiator ? "initiator" : "responder")}, {_state.Message} of 2 messages)";

    private int Overhead => _state.Message == 0 ? NoiseProtocol.InitiationOverhead : NoiseProtocol.ResponseOverhead;

    private void Start(ReadOnlySpan<byte> prologue, X25519KeyPair local, bool isInitiator, ReadOnlySpan<byte> responderStatic)
    {
        Clear();
        _local = local;
        _state.IsInitiator = isInitiator;
        _state.Symmetric.Initialize(protocol.Name);
        _state.Symmetric.MixHash(prologue);
        // The pre-message "<- s".
        _state.Symmetric.MixHash(responderStatic);
    }

    private bool Write(ref State state, ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> payload, Span<byte> message)
    {
        int position = 0;
        foreach (NoiseToken token in protocol.Message(state.Message))
        {
            switch (token)
            {
                case NoiseToken.E:
                    Span<byte> sent = message.Slice(position, X25519.Size);
                    ephemeral.CopyTo(state.Ephemeral);
                    X25519.PublicKey(ephemeral, sent);
                    MixEphemeral(ref state, sent);
                    position += X25519.Size;
                    break;
                case NoiseToken.S:
                    const int Size = X25519.Size + ChaCha20Poly1305.TagSize;
                    state.Symmetric.EncryptAndHash(_local!.PublicKey, message.Slice(position, Size));
                    position += Size;
                    break;
                default:
                    if (!MixSecret(ref state, token))
                        return false;
                    break;
            }
        }
        state.Symmetric.EncryptAndHash(payload, message[position..]);
        state.Message++;
        return true;
    }

    /// <summary>All tokens from where the state stands, or as far as the static key; the payload comes after them.</summary>
    private bool Read(ref State state, ReadOnlySpan<byte> message, out int position, bool isStaticEnough = false)
    {
        ReadOnlySpan<NoiseToken> tokens = protocol.Message(state.Message);
        position = state.Position;
        while (state.Token < tokens.Length)
        {
            NoiseToken token = tokens[state.Token++];
            switch (token)
            {
                case NoiseToken.E:
                    ReadOnlySpan<byte> received = message.Slice(position, X25519.Size);
                    received.CopyTo(state.RemoteEphemeral);
                    MixEphemeral(ref state, received);
                    position += X25519.Size;
                    break;
                case NoiseToken.S:
                    const int Size = X25519.Size + ChaCha20Poly1305.TagSize;
                    if (!state.Symmetric.DecryptAndHash(message.Slice(position, Size), state.RemoteStatic))
                        return false;
                    state.HasRemoteStatic = true;
                    position += Size;
                    state.Position = position;
                    if (isStaticEnough)
                        return true;
                    break;
                default:
                    if (!MixSecret(ref state, token))
                        return false;
                    break;
            }
        }
        return true;
    }

    private void MixEphemeral(ref State state, ReadOnlySpan<byte> publicKey)
    {
        state.Symmetric.MixHash(publicKey);
        if (protocol.IsPresharedKeyMixed)
            state.Symmetric.MixKey(publicKey);
    }

    private bool MixSecret(ref State state, NoiseToken token)
    {
        if (token == NoiseToken.Psk)
        {
            if (!state.HasPresharedKey)
                throw new InvalidOperationException("the pattern mixes a pre-shared key in: set it before this message (32 zero bytes: none)");
            state.Symmetric.MixKeyAndHash(state.PresharedKey);
            return true;
        }
        if (token == NoiseToken.SS && state.HasStaticShared)
        {
            state.Symmetric.MixKey(state.StaticShared);
            return true;
        }
        // The token names the initiator's key first.
        (bool isOursStatic, bool isTheirsStatic) = (token, state.IsInitiator) switch
        {
            (NoiseToken.EE, _) => (false, false),
            (NoiseToken.SS, _) => (true, true),
            (NoiseToken.ES, true) or (NoiseToken.SE, false) => (false, true),
            (NoiseToken.ES, false) or (NoiseToken.SE, true) => (true, false),
            _ => throw new InvalidOperationException($"{token} is no DH"),
        };
        ReadOnlySpan<byte> ours = state.Ephemeral;
        if (isOursStatic)
            ours = _local!.PrivateKey;
        ReadOnlySpan<byte> theirs = state.RemoteEphemeral;
        if (isTheirsStatic)
            theirs = state.RemoteStatic;
        Bytes32 shared = default;
        bool isAgreed = X25519.Agree(ours, theirs, shared);
        if (isAgreed)
            state.Symmetric.MixKey(shared);
        CryptographicOperations.ZeroMemory(shared);
        return isAgreed;
    }

    private void RequireTurn(bool isOurs)
    {
        ref State state = ref Started(ref _state);
        if (state.Message == 2 || isOurs != (state.IsInitiator == (state.Message == 0)))
            throw new InvalidOperationException($"it is not the turn to {(isOurs ? "write" : "read")}: {this}");
    }

    private ref State Started(ref State state)
    {
        if (_local is null)
            throw new InvalidOperationException("the handshake is not started, or was cleared");
        return ref state;
    }

    private static void Zero(ref State state) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<State>(ref state)));

    /// <summary>All that a message changes, and no reference: a message is tried on a copy.</summary>
    private struct State
    {
        public NoiseSymmetricState Symmetric;
        public Bytes32 Ephemeral;
        public Bytes32 RemoteEphemeral;
        public Bytes32 RemoteStatic;
        public Bytes32 PresharedKey;
        public Bytes32 StaticShared;
        public bool IsInitiator, HasRemoteStatic, HasPresharedKey, HasStaticShared;

        /// <summary>Messages that have passed: 0 to 2.</summary>
        public int Message;

        /// <summary>Tokens of the present message that were read, and the bytes they took.</summary>
        public int Token, Position;
    }
}
