/** The docs page as a function of the OpenAPI document. It needs no script. */
import type { OpenApiDocument, OperationObject } from "../../core/openapi";
import type { KindView } from "../../services/kinds";
import { ASSET_PATHS } from "../form/assets";
import { KindsTable } from "./kinds";
import { Operation } from "./operation";
import { Paragraphs, Prose } from "./prose";
import { SchemaTable, schemaAnchor } from "./schema";

interface Props {
  readonly document: OpenApiDocument;
  readonly kinds: readonly KindView[];
  readonly stylePath: string;
}

interface Placed {
  readonly path: string;
  readonly method: string;
  readonly operation: OperationObject;
}

export const DocsPage = ({ document, kinds, stylePath }: Props) => {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ path, method, operation })),
  );
  const groups = document.tags.map((tag) => ({
    ...tag,
    operations: all.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const { title, version, description } = document.info;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} API`}</title>
        <link rel="icon" href={ASSET_PATHS.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={stylePath} />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="top about">
          <h1>{title} API</h1>
          <p class="soft">
            Version {version}. For programs: <a href="/openapi.json">/openapi.json</a>
          </p>
        </header>
        <div class="columns">
          <Contents groups={groups} />
          <main id="content">
            <div class="about">
              <Paragraphs text={description} />
            </div>
            {groups.map(({ name, description: about, operations }) => (
              <section aria-labelledby={`tag-${name}`}>
                <h2 id={`tag-${name}`}>{name}</h2>
                <p class="soft">
                  <Prose text={about} />
                </p>
                {operations.map((one) => (
                  <Operation document={document} {...one} />
                ))}
              </section>
            ))}
            <KindsTable kinds={kinds} />
            <Schemas document={document} />
          </main>
        </div>
      </body>
    </html>
  );
};

interface Group {
  readonly name: string;
  readonly operations: readonly Placed[];
}

const Contents = ({ groups }: { readonly groups: readonly Group[] }) => (
  <nav aria-label="Contents" tabindex={0}>
    <details>
      <summary>Contents</summary>
      {groups.map(({ name, operations }) => (
        <>
          <h2>{name}</h2>
          <ul>
            {operations.map(({ operation: { operationId, summary } }) => (
              <li>
                <a href={`#${operationId}`}>{summary}</a>
              </li>
            ))}
          </ul>
        </>
      ))}
      <h2>
        <a href="#kinds">Kinds</a>
      </h2>
      <h2>
        <a href="#schemas">Schemas</a>
      </h2>
    </details>
  </nav>
);

const Schemas = ({ document }: Pick<Props, "document">) => (
  <section aria-labelledby="schemas">
    <h2 id="schemas">Schemas</h2>
    {Object.entries(document.components.schemas).map(([name, schema]) => (
      <article class="schema" id={schemaAnchor(name)}>
        <h3>{name}</h3>
        {schema.description !== undefined && <Paragraphs text={schema.description} />}
        <SchemaTable schema={schema} />
        {schema.examples?.map((example) => (
          <pre tabindex={0}>
            <code>{JSON.stringify(example, null, 2)}</code>
          </pre>
        ))}
      </article>
    ))}
  </section>
);
