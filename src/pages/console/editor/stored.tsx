/** After somebody else was faster: what is stored now where something else was typed. */
export const Stored = ({ texts }: { readonly texts: readonly (readonly [name: string, text: string])[] }) =>
  texts.length === 0 ? null : (
    <section class="card" aria-labelledby="stored">
      <h2 id="stored">Stored now, where you typed something else</h2>
      <dl class="facts">
        {texts.map(([name, text]) => (
          <div>
            <dt>{name}</dt>
            <dd dir="auto">{text === "" ? <span class="soft">nothing</span> : text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
