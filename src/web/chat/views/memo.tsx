/** A component that is drawn again only when what it is given has changed in a way that matters. */
import { Component } from 'preact';
import type { FunctionComponent, VNode } from 'preact';

export const memo = <P extends object>(
  draw: FunctionComponent<P>,
  isSame: (before: P, after: P) => boolean,
): new (props: P) => Component<P> =>
  class extends Component<P> {
    override shouldComponentUpdate(after: P): boolean {
      return !isSame(this.props, after);
    }

    override render(): VNode {
      const Draw = draw;
      return <Draw {...this.props} />;
    }
  };
